package io.tandem.relay.session;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.tandem.relay.metering.LaneCounters;
import io.tandem.relay.metering.RelayMeters;
import java.util.ArrayList;
import java.util.List;

/**
 * Which event loop a session lives on: chosen by its id, so that everybody who knows the id finds it, and a carrier that is brought
 * to that loop never changes threads.
 */
public final class SessionLoops {
    /** A loop and what is counted on it. */
    record Loop(EventExecutor executor, LaneCounters counters) {}

    private final List<Loop> loops;

    /** Spreads sessions over the loops of this group. */
    public SessionLoops(EventExecutorGroup group, RelayMeters meters) {
        List<Loop> found = new ArrayList<>();
        for (EventExecutor executor : group) {
            found.add(new Loop(executor, meters.countersOfALoop()));
        }
        loops = List.copyOf(found);
    }

    /** The loop of a session. */
    public EventExecutor executor(String sessionId) {
        return of(sessionId).executor();
    }

    Loop of(String sessionId) {
        return loops.get(Math.floorMod(sessionId.hashCode(), loops.size()));
    }
}
