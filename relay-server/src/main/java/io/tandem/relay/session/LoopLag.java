package io.tandem.relay.session;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How far an event loop is behind: a task that is due every 250 ms is late by what the loop's turns take. A loop that is behind for 2 s has more to do
 * than it can; for less, it is garbage that is collected, a large keyframe, code that is being compiled, or a neighbour on the machine. The latest figures may be read on any thread.
 */
final class LoopLag {
    /** Between two looks. */
    static final long LOOK_MILLIS = 250;

    /** So many looks in a row decide. */
    static final int LOOKS = 8;

    private final EventExecutor loop;
    private final Ticker ticker;
    private final long highestNanos;
    private final Consumer<Duration> onLook;
    private long dueNanos;
    private int looksOver;
    private int looksUnder;
    private volatile long lagNanos;
    private volatile boolean behind;

    /**
     * Does not look yet.
     *
     * @param highestNanos a loop that is later than this is behind; it is not any more below half of it
     * @param onLook is told by how much the loop was late, on the loop
     */
    LoopLag(EventExecutor loop, Ticker ticker, long highestNanos, Consumer<Duration> onLook) {
        this.loop = loop;
        this.ticker = ticker;
        this.highestNanos = highestNanos;
        this.onLook = onLook;
    }

    /** Looks at its loop from now on, until that stops. */
    void watch() {
        loop.execute(this::next);
    }

    /** From now on, not from when this was due: one long turn is one look. */
    private void next() {
        dueNanos = ticker.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
        loop.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            looked(Math.max(0, ticker.nanoTime() - dueNanos));
        } finally {
            // Whatever happens: nobody else would have it look again.
            next();
        }
    }

    private void looked(long lateNanos) {
        lagNanos = lateNanos;
        onLook.accept(Duration.ofNanos(lateNanos));
        looksOver = lateNanos > highestNanos ? looksOver + 1 : 0;
        looksUnder = lateNanos < highestNanos / 2 ? looksUnder + 1 : 0;
        if (behind ? looksUnder >= LOOKS : looksOver >= LOOKS) {
            behind = !behind;
        }
    }

    /** By how much the loop was late at the last look. */
    long nanos() {
        return lagNanos;
    }

    /** Whether the loop has more to do than it can. */
    boolean isBehind() {
        return behind;
    }
}
