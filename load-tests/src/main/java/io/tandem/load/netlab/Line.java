package io.tandem.load.netlab;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One direction of the path, which all connections share: its rate, its delay, and whether anything arrives at all. Connections take turns
 * by the segment, as packets would. On the proxy's loop.
 */
final class Line {
    /** What a connection sends in its turn while the rate is limited: a packet's worth. */
    private static final int SEGMENT_BYTES = 1_448;

    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long BITS = 8;

    private final EventExecutor loop;
    private final Random random;
    private final Set<Flow> flows = new LinkedHashSet<>();
    private final Deque<Flow> turns = new ArrayDeque<>();

    private boolean held;
    private long rateKbps;
    private long delayMillis;
    private long jitterMillis;
    private long carriedBytes;

    /** When the last segment will have left. */
    private long freeNanos;

    private @Nullable Future<?> wakeUp;

    Line(EventExecutor loop, Random random) {
        this.loop = loop;
        this.random = random;
        this.freeNanos = loop.ticker().nanoTime();
    }

    long nowNanos() {
        return loop.ticker().nanoTime();
    }

    Future<?> at(long nanos, Runnable task) {
        return loop.schedule(task, Math.max(0, nanos - nowNanos()), TimeUnit.NANOSECONDS);
    }

    void add(Flow flow) {
        flows.add(flow);
    }

    void remove(Flow flow) {
        flows.remove(flow);
        turns.remove(flow);
    }

    boolean isHeld() {
        return held;
    }

    long carriedBytes() {
        return carriedBytes;
    }

    /** Nothing arrives from now on, or what was held does. */
    void hold(boolean on) {
        held = on;
        if (!on) {
            List.copyOf(flows).forEach(Flow::deliver);
        }
    }

    /** Limits the rate; 0 lifts the limit. */
    void rate(long kbps) {
        rateKbps = kbps;
        freeNanos = nowNanos();
        serve();
    }

    /** Delays what enters from now on, each piece by a little more at random, never past another of its connection. */
    void delay(long millis, long jitter) {
        delayMillis = millis;
        jitterMillis = jitter;
    }

    /** A connection has something to send. */
    void enter(Flow flow) {
        if (!turns.contains(flow)) {
            turns.add(flow);
        }
        serve();
    }

    private void serve() {
        while (!turns.isEmpty()) {
            long now = nowNanos();
            if (rateKbps > 0 && freeNanos > now) {
                if (wakeUp == null || wakeUp.isDone()) {
                    wakeUp = at(freeNanos, this::serveAgain);
                }
                return;
            }
            Flow flow = turns.remove();
            int bytes = flow.depart(rateKbps > 0 ? SEGMENT_BYTES : Integer.MAX_VALUE, size -> dueNanos(size, now));
            carriedBytes += bytes;
            if (flow.hasMore()) {
                turns.add(flow);
            }
        }
    }

    private void serveAgain() {
        wakeUp = null;
        serve();
    }

    /** Takes the line for a piece, and says when it will arrive. */
    private long dueNanos(int bytes, long now) {
        if (rateKbps > 0) {
            // A late timer is made up for, by one millisecond at most.
            long start = Math.max(freeNanos, now - NANOS_PER_MILLI);
            freeNanos = start + bytes * BITS * NANOS_PER_MILLI / rateKbps;
        }
        long jitter = jitterMillis == 0 ? 0 : random.nextLong(jitterMillis * NANOS_PER_MILLI);
        return Math.max(now, rateKbps > 0 ? freeNanos : now) + delayMillis * NANOS_PER_MILLI + jitter;
    }
}
