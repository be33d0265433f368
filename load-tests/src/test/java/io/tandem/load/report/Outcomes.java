package io.tandem.load.report;

import io.tandem.load.engine.Fault;
import io.tandem.load.run.Bandwidth;
import io.tandem.load.run.LoadPlan;
import io.tandem.load.run.Outcome;
import io.tandem.load.run.Percentiles;
import io.tandem.load.run.Sample;
import io.tandem.load.watch.Pause;
import io.tandem.load.workload.Mix;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Outcomes as a run would give them. */
public final class Outcomes {
    private static final Outcome.HeapCost HEAP = new Outcome.HeapCost(
            50 << 20,
            20 << 20,
            List.of(new Pause(1, 2.5, OptionalLong.of(21 << 20)), new Pause(2, 1.5, OptionalLong.of(22 << 20))));

    private Outcomes() {}

    /** The same of a relay whose process was gone. */
    public static Outcome ofOneThatWasGone() {
        return of(Optional.empty(), 0, Map.of(Fault.GONE, 1L), "process gone: in the middle of it");
    }

    /** Of ten pairs and one second. */
    public static Outcome of(double cpuSecondsPerMillion, double p99, Map<Fault, Long> faults, String faultLines) {
        return of(
                Optional.of(new Outcome.RelayCost(0.5, cpuSecondsPerMillion, 100 << 20, Optional.of(HEAP))),
                p99,
                faults,
                faultLines);
    }

    private static Outcome of(
            Optional<Outcome.RelayCost> relay, double p99, Map<Fault, Long> faults, String faultLines) {
        Percentiles percentiles = new Percentiles(1_000, 100, 200, p99, 2 * p99, 3 * p99);
        return new Outcome(
                new LoadPlan(10, List.of(Mix.of(60)), 1, false, LoadPlan.Opening.calm(200), 1, 1),
                new Outcome.Setting(Instant.parse("2026-01-02T03:04:05Z"), "all on WebSockets", 2),
                10,
                percentiles,
                1,
                600,
                1_000_000,
                percentiles,
                percentiles,
                percentiles,
                percentiles,
                percentiles,
                0,
                0,
                faults,
                faultLines,
                new Bandwidth(210, 480, 40, 60),
                relay,
                List.of(new Sample(1, 600, 100, p99, 50, 0.5, 100 << 20, 0)));
    }
}
