package io.tandem.relay.metering;

import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/**
 * Estimates what a link can carry from how fast it delivers while its sender has more to send.
 *
 * <p>A quiet page says nothing about its link, so only a run counts: large frames that follow each other without a pause, as those of
 * a keyframe do. A run's rate is its bytes after the first frame over the time since that frame. Used on one thread.
 */
public final class LinkGauge {
    /** A sender that batches sends frames of this size only when it is behind. */
    private static final int LARGE_FRAME_BYTES = 8 << 10;

    /** A longer silence ends a run: the sender had nothing more to say. */
    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Less says more about buffers on the way than about the link. */
    private static final int MIN_RUN_BYTES = 64 << 10;

    private static final int BITS_PER_KILOBIT = 1000;

    private final MeteringLimits limits;
    private final Ticker ticker;
    private long runStartNanos;
    private long lastFrameNanos;
    private long runBytes;
    private boolean running;
    private int measuredKbps;
    private LinkQuality quality = LinkQuality.GOOD;

    /** Knows nothing yet, and takes the link for a good one. */
    public LinkGauge(MeteringLimits limits, Ticker ticker) {
        this.limits = limits;
        this.ticker = ticker;
        this.measuredKbps = limits.recommendedKbps();
    }

    /** A frame has arrived. */
    public void onFrame(int bytes) {
        long now = ticker.nanoTime();
        if (bytes < LARGE_FRAME_BYTES || now - lastFrameNanos > MAX_PAUSE_NANOS) {
            running = false;
        }
        if (bytes >= LARGE_FRAME_BYTES) {
            if (running) {
                runBytes += bytes;
                measure(now);
            } else {
                running = true;
                runStartNanos = now;
                runBytes = 0;
            }
        }
        lastFrameNanos = now;
    }

    /** The relay itself slowed the sender, so what comes next tells nothing of the link. */
    public void onHeld() {
        running = false;
    }

    private void measure(long now) {
        if (runBytes < MIN_RUN_BYTES) {
            return;
        }
        double nanos = Math.max(1, now - runStartNanos);
        double kbps = (double) runBytes * Byte.SIZE * TimeUnit.SECONDS.toNanos(1) / nanos / BITS_PER_KILOBIT;
        measuredKbps = (int) Math.min(Integer.MAX_VALUE, kbps);
        quality = limits.classify(measuredKbps);
    }

    /** The last estimate; the recommended rate before the first. */
    public int measuredKbps() {
        return measuredKbps;
    }

    /** The class of the last estimate. */
    public LinkQuality quality() {
        return quality;
    }
}
