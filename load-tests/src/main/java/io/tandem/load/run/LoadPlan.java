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
 * @param opening how its sessions come
 * @param warmUpSeconds before anything is measured
 * @param seconds that are measured
 */
public record LoadPlan(
        int pairs,
        List<Recording> recordings,
        int loops,
        boolean spins,
        Opening opening,
        int warmUpSeconds,
        int seconds) {
    /** Copies the recordings. */
    public LoadPlan {
        recordings = List.copyOf(recordings);
    }

    /**
     * How sessions come.
     *
     * @param perSecond how many are begun in a second
     * @param atOnce how many are being opened at one time, at most
     * @param sourceAddresses how many loopback addresses the channels come from; each has some 28,000 ports
     * @param firstNumber of the first session; the others follow, and no two generators of one run share one
     */
    public record Opening(int perSecond, int atOnce, int sourceAddresses, int firstNumber) {
        /** More would wait for each other. */
        public static final int CALM_AT_ONCE = 64;

        /** So many a second, calmly, from one address. */
        public static Opening calm(int perSecond) {
            return new Opening(perSecond, CALM_AT_ONCE, 1, 0);
        }
    }

    /** The same with its recordings so many times as fast. */
    public LoadPlan faster(double times) {
        return playing(
                recordings.stream().map(recording -> recording.faster(times)).toList());
    }

    /** The same with other recordings. */
    public LoadPlan playing(List<Recording> others) {
        return new LoadPlan(pairs, others, loops, spins, opening, warmUpSeconds, seconds);
    }

    /** The same with sessions whose numbers begin so much later. */
    public LoadPlan numberedLater(int by) {
        Opening later = new Opening(
                opening.perSecond(), opening.atOnce(), opening.sourceAddresses(), opening.firstNumber() + by);
        return new LoadPlan(pairs, recordings, loops, spins, later, warmUpSeconds, seconds);
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
