package io.tandem.load.run;

import io.tandem.load.engine.Fault;
import io.tandem.load.watch.Pause;
import io.tandem.load.watch.Pauses;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a run measured, all of it in the window that the plan measures unless it says otherwise.
 *
 * @param setting when and in what circumstances
 * @param paired sessions that became pairs
 * @param pairing how long sessions took to be opened
 * @param framesPerSecond that reached the other end
 * @param bitsPerSecond of frames that reached the other end
 * @param endToEnd from the moment when a frame was due
 * @param pointers the same, of the consumers' pointers alone
 * @param throughRelay from the moment when it was given to the network
 * @param verdicts from the moment when an action was due to its agent's having the verdict
 * @param lateness of the generator: its own error
 * @param collapsed pointer frames in whose place a later one came
 * @param turnedAway how often, in the whole run, a consumer was told that there is no room now; it came again
 * @param faults of the whole run; empty where all is as it has to be
 * @param faultLines the first of them
 * @param bandwidth what each session took of its consumer's link
 * @param relay what the relay's process took, where that is known
 * @param samples second by second
 */
public record Outcome(
        LoadPlan plan,
        Setting setting,
        int paired,
        Percentiles pairing,
        double seconds,
        double framesPerSecond,
        double bitsPerSecond,
        Percentiles endToEnd,
        Percentiles pointers,
        Percentiles throughRelay,
        Percentiles verdicts,
        Percentiles lateness,
        long collapsed,
        long turnedAway,
        Map<Fault, Long> faults,
        String faultLines,
        Bandwidth bandwidth,
        Optional<RelayCost> relay,
        List<Sample> samples) {
    /** Of a latency, the generator's own part must not be more. */
    private static final double BLURRED_SHARE = 0.25;

    /** The same, of which more turned out to be wrong. */
    public Outcome withMoreFaults(Map<Fault, Long> more, List<String> lines) {
        Map<Fault, Long> all = new EnumMap<>(Fault.class);
        all.putAll(faults);
        more.forEach((fault, times) -> all.merge(fault, times, Long::sum));
        String allLines = Stream.concat(faultLines.lines(), lines.stream()).collect(Collectors.joining("\n"));
        return new Outcome(
                plan,
                setting,
                paired,
                pairing,
                seconds,
                framesPerSecond,
                bitsPerSecond,
                endToEnd,
                pointers,
                throughRelay,
                verdicts,
                lateness,
                collapsed,
                turnedAway,
                all,
                allLines,
                bandwidth,
                relay,
                samples);
    }

    /** Copies faults and samples. */
    public Outcome {
        faults = Map.copyOf(faults);
        samples = List.copyOf(samples);
    }

    /**
     * What the relay's process took.
     *
     * @param cpuShare of one core
     * @param cpuSecondsPerMillion frames that it forwarded
     * @param residentBytes at the end of the window
     * @param heap where it is a JVM whose heap can be seen
     */
    public record RelayCost(
            double cpuShare, double cpuSecondsPerMillion, long residentBytes, Optional<HeapCost> heap) {}

    /**
     * The heap of the relay's JVM, weighed with all sessions still open, behind the window and when nothing was on its way any more.
     *
     * @param usedBytes before it was collected
     * @param liveBytes after a full collection
     * @param stops for the collector, in the window, and by its beginning
     */
    public record HeapCost(long usedBytes, long liveBytes, List<Pause> stops) {
        /** Copies the stops. */
        public HeapCost {
            stops = List.copyOf(stops);
        }

        /** The stops together. */
        public Pauses pauses() {
            return Pauses.of(stops);
        }
    }

    /**
     * In what circumstances it was measured.
     *
     * @param began when the first session was opened
     * @param sessions on what the sessions ride, and what they may do, in words
     * @param processors of the machine on which the generator ran
     */
    public record Setting(Instant began, String sessions, int processors) {}

    /** Whether all sessions became pairs, and nothing was lost, doubled, mispaired or otherwise wrong. */
    public boolean isSound() {
        return faults.isEmpty() && paired == plan.pairs();
    }

    /**
     * Whether the generator was so late itself, with one frame of a hundred, that the highest latencies tell more of the machine under it
     * than of the relay.
     */
    public boolean isBlurred() {
        return lateness.p99() > endToEnd.p99() * BLURRED_SHARE;
    }
}
