package io.tandem.load.run;

import io.tandem.load.engine.Fault;
import java.util.List;
import java.util.Map;

/**
 * How a crowd came back that had lost all of its connections at one moment.
 *
 * @param pairs that were there
 * @param back of them that exchange frames again
 * @param welcomed from that moment until a pair's both ends were let in again
 * @param fresh from that moment until its agent saw what the page did after it; not measured where sessions begin anew
 * @param connections that were opened for it
 * @param before latency from end to end until then
 * @param meanwhile of frames that were due or came while somebody was still away: what was kept is old when it comes
 * @param after when all were back
 * @param expired actions that were answered, as is right, that they had come too late
 * @param faults of the whole run; empty where all is as it has to be
 * @param faultLines the first of them
 */
public record Comeback(
        int pairs,
        int back,
        Percentiles welcomed,
        Percentiles fresh,
        long connections,
        Percentiles before,
        Percentiles meanwhile,
        Percentiles after,
        long expired,
        Map<Fault, Long> faults,
        List<String> faultLines) {
    /** Copies faults and lines. */
    public Comeback {
        faults = Map.copyOf(faults);
        faultLines = List.copyOf(faultLines);
    }

    /** Whether all are back, and nothing was lost, doubled or otherwise wrong. */
    public boolean isSound() {
        return faults.isEmpty() && back == pairs;
    }
}
