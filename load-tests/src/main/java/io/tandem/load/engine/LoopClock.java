package io.tandem.load.engine;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.tandem.load.delivery.DeliveryClock;
import java.util.concurrent.TimeUnit;

/** The time of a machine that lives on an event loop. */
final class LoopClock implements DeliveryClock {
    static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final EventLoop loop;

    LoopClock(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public long nowMillis() {
        return System.nanoTime() / NANOS_PER_MILLI;
    }

    @Override
    public Timer after(long millis, Runnable task) {
        Future<?> due = loop.schedule(task, millis, TimeUnit.MILLISECONDS);
        return () -> due.cancel(false);
    }
}
