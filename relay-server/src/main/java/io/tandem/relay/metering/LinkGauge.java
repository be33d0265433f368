package io.tandem.relay.metering;

import java.util.concurrent.TimeUnit;

/**
 * Estimates what a link can carry from how fast it delivers while its sender has more to send.
 *
 * <p>A quiet page says nothing about its link, so only a run counts: frames of a batch's size that follow each other without a pause, as
 * those of a keyframe do. The rate is that of the last {@link #SPAN_BYTES} of a run, not of its whole: a sender begins carefully, and a
 * link changes. Used on one thread.
 */
public final class LinkGauge {
    /** A sender that batches sends frames of this size only when it is behind: a keyframe's chunks, and batches of a storm of changes. */
    private static final int LARGE_FRAME_BYTES = 2 << 10;

    /** A longer silence ends a run: the sender had nothing more to say. A frame of 8 KiB takes a 200 kbit/s link 330 ms. */
    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Less says more about buffers on the way than about the link. */
    private static final int SPAN_BYTES = 64 << 10;

    private static final int BITS_PER_KILOBIT = 1000;

    private final MeteringLimits limits;
    private long spanStartNanos;
    private long lastFrameNanos;
    private long spanBytes;
    private boolean running;
    private boolean measured;
    private int measuredKbps;
    private LinkQuality quality = LinkQuality.GOOD;

    /** Knows nothing yet, and takes the link for a good one. */
    public LinkGauge(MeteringLimits limits) {
        this.limits = limits;
        this.measuredKbps = limits.recommendedKbps();
    }

    /**
     * A frame has arrived.
     *
     * @param bytes of the frame alone: whether its sender is behind
     * @param carriedBytes with all that its carrier took from the network: what the link has carried
     * @param now in nanoseconds, when it came
     */
    public void onFrame(int bytes, int carriedBytes, long now) {
        if (bytes < LARGE_FRAME_BYTES && !running) {
            return;
        }
        if (!running || now - lastFrameNanos > MAX_PAUSE_NANOS) {
            running = bytes >= LARGE_FRAME_BYTES;
            startSpan(now);
        } else {
            // Small frames between large ones share the link with them.
            spanBytes += carriedBytes;
            if (spanBytes >= SPAN_BYTES) {
                measure(now);
                startSpan(now);
            }
        }
        if (bytes >= LARGE_FRAME_BYTES) {
            lastFrameNanos = now;
        }
    }

    /** Bytes that are no frame's came over the link, which it has carried all the same. */
    public void onCarried(int carriedBytes) {
        if (running) {
            spanBytes += carriedBytes;
        }
    }

    private void startSpan(long now) {
        spanStartNanos = now;
        spanBytes = 0;
    }

    /** The relay itself slowed the sender, so what comes next tells nothing of the link. */
    public void onHeld() {
        running = false;
    }

    private void measure(long now) {
        double nanos = Math.max(1, now - spanStartNanos);
        double kbps = (double) spanBytes * Byte.SIZE * TimeUnit.SECONDS.toNanos(1) / nanos / BITS_PER_KILOBIT;
        measuredKbps = (int) Math.min(Integer.MAX_VALUE, kbps);
        quality = limits.classify(measuredKbps);
        measured = true;
    }

    /** Whether there is an estimate yet: a page that was always quiet says nothing about its link. */
    public boolean isMeasured() {
        return measured;
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
