package io.tandem.load.run;

import io.tandem.load.workload.Recording;
import java.util.List;

/**
 * What a run offers to a relay.
 *
 * @param pairs sessions, each of two channels
 * @param recordings what they do, in turn
 * @param loops event loops of the generator
 * @param spins whether the generator's loops never sleep: exact to microseconds, at the cost of a core for each
 * @param pairsPerSecond how fast sessions are opened
 * @param warmUpSeconds before anything is measured
 * @param seconds that are measured
 * @param sourceAddresses how many loopback addresses the channels come from; each has some 28,000 ports
 */
public record LoadPlan(
        int pairs,
        List<Recording> recordings,
        int loops,
        boolean spins,
        int pairsPerSecond,
        int warmUpSeconds,
        int seconds,
        int sourceAddresses) {
    /** Copies the recordings. */
    public LoadPlan {
        recordings = List.copyOf(recordings);
    }

    /** Frames a second that all pairs send by their recordings; answers and acknowledgements come on top. */
    public double framesPerSecond() {
        return pairs
                * recordings.stream()
                        .mapToDouble(Recording::framesPerSecond)
                        .average()
                        .orElse(0);
    }
}
