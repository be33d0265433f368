package io.tandem.relay.carrier;

import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * By when something has to have happened. It is put off with every request and hardly ever missed, so the loop's timer is not set anew each time: it rings when it was
 * first to ring, looks whether that is still when, and else waits for the rest. Belongs to the loop.
 */
public final class Deadline {
    private final EventExecutor loop;
    private final Ticker ticker;

    /** What is done then; null while nothing is due. */
    private @Nullable Runnable task;

    private long dueNanos;

    /** Null while none runs. */
    private @Nullable Future<?> timer;

    private long ringsNanos;

    /** Nothing is due yet. */
    public Deadline(EventExecutor loop) {
        this.loop = loop;
        // Its own clock, by which its timers ring.
        this.ticker =
                loop instanceof AbstractScheduledEventExecutor scheduled ? scheduled.ticker() : Ticker.systemTicker();
    }

    /** Has this done then, and nothing that was due before. */
    public void set(Runnable then, long millis) {
        long now = ticker.nanoTime();
        task = then;
        dueNanos = now + TimeUnit.MILLISECONDS.toNanos(millis);
        if (timer != null && dueNanos - ringsNanos < 0) {
            stop();
        }
        if (timer == null) {
            start(now);
        }
    }

    /** Nothing is due any more for now. */
    public void clear() {
        task = null;
    }

    /** Nothing ever will be: no timer of it stays in the loop. */
    public void end() {
        task = null;
        stop();
    }

    private void start(long now) {
        ringsNanos = dueNanos;
        timer = loop.schedule(this::ring, dueNanos - now, TimeUnit.NANOSECONDS);
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void ring() {
        timer = null;
        Runnable due = task;
        if (due == null) {
            return;
        }
        long now = ticker.nanoTime();
        if (dueNanos - now > 0) {
            start(now);
        } else {
            task = null;
            due.run();
        }
    }
}
