package io.tandem.load.run;

import io.tandem.load.watch.RelaySight;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Offers more and more, step by step, until a relay does not keep up. */
public final class Ramp {
    /**
     * How it climbs.
     *
     * @param times each step offers so many times what the last did
     * @param steps at most
     * @param p99Millis a step whose 99th percentile from end to end is above does not hold
     */
    public record Bounds(double times, int steps, double p99Millis) {
        /** Checks that it climbs. */
        public Bounds {
            if (times <= 1 || steps < 1 || p99Millis <= 0) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT,
                        "a ramp of %d steps of %.2f times each up to %.1f ms: allowed are 1 and more, above 1, above 0",
                        steps,
                        times,
                        p99Millis));
            }
        }
    }

    /** What became of a step. */
    public enum Verdict {
        /** All as it has to be, within the bound. */
        HOLDS("holds"),
        /** Something was lost, doubled, mispaired or otherwise wrong. */
        UNSOUND("not sound"),
        /** The generator itself was so late that the relay cannot be judged. */
        GENERATOR("the generator is at its end"),
        /** The 99th percentile is above the bound. */
        SLOW("too slow");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        /** For reports. */
        public String words() {
            return words;
        }
    }

    /** One step. */
    public record Step(Outcome outcome, Verdict verdict) {}

    /** The generator's own part of the bound must not be more. */
    private static final double OWN_SHARE = 0.5;

    private static final double MICROS_PER_MILLI = 1_000;

    private final LoadPlan plan;
    private final Bounds bounds;

    /** Beginning with this plan. */
    public Ramp(LoadPlan plan, Bounds bounds) {
        this.plan = plan;
        this.bounds = bounds;
    }

    /** Climbs until a step does not hold; the last of the answer is that one, or the highest allowed. Each step opens sessions of its own. */
    public List<Step> climb(Meeting meeting, Optional<RelaySight> relay, Consumer<String> progress)
            throws InterruptedException {
        List<Step> steps = new ArrayList<>();
        double times = 1;
        for (int i = 0; i < bounds.steps(); i++) {
            LoadPlan next = plan.faster(times);
            progress.accept(String.format(Locale.ROOT, "step %d: %.0f frames/s", i + 1, next.framesPerSecond()));
            try (LoadRun run = new LoadRun(next, meeting, relay, line -> {})) {
                Outcome outcome = run.run();
                steps.add(new Step(outcome, judge(outcome)));
            }
            if (steps.get(i).verdict() != Verdict.HOLDS) {
                break;
            }
            times *= bounds.times();
        }
        return steps;
    }

    Verdict judge(Outcome outcome) {
        double bound = bounds.p99Millis() * MICROS_PER_MILLI;
        if (!outcome.isSound()) {
            return Verdict.UNSOUND;
        }
        if (outcome.lateness().p99() > bound * OWN_SHARE) {
            return Verdict.GENERATOR;
        }
        return outcome.endToEnd().p99() > bound ? Verdict.SLOW : Verdict.HOLDS;
    }

    /** The highest that held, if any did. */
    public static Optional<Step> highest(List<Step> steps) {
        return steps.stream().filter(step -> step.verdict() == Verdict.HOLDS).reduce((lower, higher) -> higher);
    }
}
