package io.tandem.relay.session;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.metering.LaneCounters;
import io.tandem.relay.metering.RelayMeters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Which event loop a session lives on: chosen by its id, so that everybody who knows the id finds it, and a carrier that is brought
 * to that loop never changes threads.
 */
public final class SessionLoops {
    /** A loop, what is counted on it, how far it is behind, and the heartbeats of its channels. */
    record Loop(EventExecutor executor, LaneCounters counters, LoopLag lag, Heartbeats heartbeats) {}

    private final List<Loop> loops;

    /**
     * Spreads sessions over the loops of this group.
     *
     * @param limits a loop that is later than their {@code highestLagMillis} takes no new sessions, once {@link #watch} has been called
     */
    public SessionLoops(EventExecutorGroup group, RelayMeters meters, Ticker ticker, SessionLimits limits) {
        long highestNanos = TimeUnit.MILLISECONDS.toNanos(limits.highestLagMillis());
        List<Loop> found = new ArrayList<>();
        for (EventExecutor executor : group) {
            found.add(new Loop(
                    executor,
                    meters.countersOfALoop(),
                    new LoopLag(executor, ticker, highestNanos, meters::loopLate),
                    new Heartbeats(executor, ticker, limits.heartbeatMillis())));
        }
        loops = List.copyOf(found);
    }

    /** Has loops that fall behind take no new sessions from now on. */
    public void watch() {
        loops.forEach(loop -> loop.lag().watch());
    }

    /** By how much the latest of the loops was late at its last look. Any thread may ask. */
    public long lagNanos() {
        return loops.stream().mapToLong(loop -> loop.lag().nanos()).max().orElse(0);
    }

    /** How many of the loops have more to do than they can. Any thread may ask. */
    public long loopsBehind() {
        return loops.stream().filter(loop -> loop.lag().isBehind()).count();
    }

    /** The loop of a session. */
    public EventExecutor executor(String sessionId) {
        return of(sessionId).executor();
    }

    Loop of(String sessionId) {
        return loops.get(Math.floorMod(sessionId.hashCode(), loops.size()));
    }
}
