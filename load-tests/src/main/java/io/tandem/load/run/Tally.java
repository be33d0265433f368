package io.tandem.load.run;

import io.tandem.load.engine.Fault;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * What one generator measured, such that several may be added up: histograms, not their percentiles.
 *
 * @param paired sessions that became pairs
 * @param seconds of the window that is measured
 * @param framesPerSecond that reached the other end
 * @param bitsPerSecond of frames that reached the other end
 * @param collapsed pointer frames in whose place a later one came
 * @param turnedAway how often, in the whole run, a consumer was told that there is no room now
 * @param faults of the whole run
 * @param faultLines the first of them
 * @param links what each session took of its consumer's link
 * @param samples second by second
 */
public record Tally(
        int paired,
        double seconds,
        double framesPerSecond,
        double bitsPerSecond,
        long collapsed,
        long turnedAway,
        Map<Fault, Long> faults,
        List<String> faultLines,
        Times times,
        LinkRates links,
        List<Sample> samples) {
    /** Copies faults and samples. */
    public Tally {
        faults = Map.copyOf(faults);
        faultLines = List.copyOf(faultLines);
        samples = List.copyOf(samples);
    }

    /**
     * How long things took, in nanoseconds.
     *
     * @param pairing of sessions to be opened
     * @param endToEnd from the moment when a frame was due
     * @param pointers the same, of the consumers' pointers alone
     * @param throughRelay from the moment when it was given to the network
     * @param verdicts from the moment when an action was due to its agent's having the verdict
     * @param lateness of the generator
     */
    public record Times(
            Histogram pairing,
            Histogram endToEnd,
            Histogram pointers,
            Histogram throughRelay,
            Histogram verdicts,
            Histogram lateness) {
        private Times plus(Times other) {
            return new Times(
                    sum(pairing, other.pairing),
                    sum(endToEnd, other.endToEnd),
                    sum(pointers, other.pointers),
                    sum(throughRelay, other.throughRelay),
                    sum(verdicts, other.verdicts),
                    sum(lateness, other.lateness));
        }

        private static Histogram sum(Histogram one, Histogram other) {
            Histogram both = one.copy();
            both.add(other);
            return both;
        }
    }

    /** Together with another generator's, of the same time. */
    public Tally plus(Tally other) {
        Map<Fault, Long> both = new EnumMap<>(Fault.class);
        both.putAll(faults);
        other.faults.forEach((fault, times) -> both.merge(fault, times, Long::sum));
        List<Sample> seconds = new ArrayList<>();
        for (int i = 0; i < Math.min(samples.size(), other.samples.size()); i++) {
            seconds.add(samples.get(i).plus(other.samples.get(i)));
        }
        return new Tally(
                paired + other.paired,
                Math.max(this.seconds, other.seconds),
                framesPerSecond + other.framesPerSecond,
                bitsPerSecond + other.bitsPerSecond,
                collapsed + other.collapsed,
                turnedAway + other.turnedAway,
                both,
                Stream.concat(faultLines.stream(), other.faultLines.stream()).toList(),
                times.plus(other.times),
                links.plus(other.links),
                seconds);
    }

    /** As an outcome. */
    public Outcome outcome(LoadPlan plan, Outcome.Setting setting, Optional<Outcome.RelayCost> relay) {
        return new Outcome(
                plan,
                setting,
                paired,
                Percentiles.of(times.pairing()),
                seconds,
                framesPerSecond,
                bitsPerSecond,
                Percentiles.of(times.endToEnd()),
                Percentiles.of(times.pointers()),
                Percentiles.of(times.throughRelay()),
                Percentiles.of(times.verdicts()),
                Percentiles.of(times.lateness()),
                collapsed,
                turnedAway,
                faults,
                String.join("\n", faultLines),
                Bandwidth.of(links),
                relay,
                samples);
    }
}
