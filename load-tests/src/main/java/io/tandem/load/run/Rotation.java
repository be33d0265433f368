package io.tandem.load.run;

import io.tandem.load.engine.LoadSession;
import io.tandem.load.engine.LoopFigures;
import io.tandem.load.engine.Traffic;
import io.tandem.load.watch.RelaySight;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Relays that are offered the same load in turn, for a few seconds each, while all of them run and have their sessions: what one window of one is
 * compared with is a window of the other that was seconds ago, on the same machine with the same neighbours. Blocks its caller; used once.
 */
public final class Rotation implements AutoCloseable {
    /** A load's first moments are not measured: frames are due that were not before, and caches hold another relay. */
    private static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

    private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * A relay that runs.
     *
     * @param relay its process, which is measured
     */
    public record Entrant(String name, Meeting meeting, RelaySight relay) {}

    /**
     * One with its sessions, and what was measured of it, window by window.
     *
     * @param early what was counted of it outside of windows, and is not yet any window's
     */
    private record Place(
            Entrant entrant,
            List<LoadSession> sessions,
            Histogram pairing,
            List<LoopFigures> early,
            List<Outcome> outcomes) {
        /** A window is over; what went wrong before it is laid to it. */
        void add(Outcome outcome) {
            outcomes.add(outcome);
            early.forEach(this::layToTheLast);
            early.clear();
        }

        void layToTheLast(LoopFigures more) {
            int last = outcomes.size() - 1;
            if (last >= 0) {
                outcomes.set(last, outcomes.get(last).withMoreFaults(more.faults(), more.faultLines()));
            }
        }
    }

    private final LoadPlan plan;
    private final List<Entrant> entrants;
    private final Consumer<String> progress;
    private final Generator generator;

    /**
     * Prepares it.
     *
     * @param plan what is offered to each: warmed up once for as long as it says, measured for its seconds in each window
     * @param entrants in whose order they take turns; at least one
     */
    public Rotation(LoadPlan plan, List<Entrant> entrants, Consumer<String> progress) {
        this.plan = plan;
        this.entrants = List.copyOf(entrants);
        this.progress = progress;
        this.generator = new Generator(plan, entrants.get(0).meeting());
    }

    /** Opens, warms up, and measures so many windows of each: for each entrant its outcomes, one for a window. */
    public List<List<Outcome>> run(int windows) throws InterruptedException {
        List<Place> places = new ArrayList<>();
        for (Entrant entrant : entrants) {
            places.add(open(entrant, places.size() * plan.pairs()));
        }
        for (Place place : places) {
            progress.accept("warming up " + place.entrant().name());
            warmUp(place);
        }
        for (int window = 1; window <= windows; window++) {
            for (Place place : places) {
                place.add(measure(place));
                tell(window, place);
            }
        }
        for (Place place : places) {
            end(place);
        }
        return places.stream().map(Place::outcomes).toList();
    }

    private Place open(Entrant entrant, int firstNumber) throws InterruptedException {
        LoopFigures before = figures();
        List<LoadSession> sessions = generator.open(entrant.meeting(), firstNumber);
        progress.accept(sessions.size() + " of " + plan.pairs() + " sessions are paired by " + entrant.name());
        Histogram pairing = generator.pairing().copy();
        generator.pairing().reset();
        List<LoopFigures> early = new ArrayList<>(List.of(figures().since(before)));
        return new Place(entrant, sessions, pairing, early, new ArrayList<>());
    }

    private LoopFigures figures() {
        return Measurement.figures(generator.loops());
    }

    private void warmUp(Place place) throws InterruptedException {
        LoopFigures before = figures();
        long start = System.nanoTime() + START_NANOS;
        place.sessions().forEach(session -> session.start(start));
        Generator.sleepUntil(start + TimeUnit.SECONDS.toNanos(plan.warmUpSeconds()));
        generator.settle(place.sessions());
        place.early().add(figures().since(before));
    }

    private Outcome measure(Place place) throws InterruptedException {
        LoopFigures before = figures();
        Outcome.Setting setting = new Outcome.Setting(
                Instant.now(),
                place.entrant().meeting().words(),
                Runtime.getRuntime().availableProcessors());
        long start = System.nanoTime() + START_NANOS;
        long from = start + LEAD_NANOS;
        long until = from + TimeUnit.SECONDS.toNanos(plan.seconds());
        generator.loops().forEach(loop -> loop.measure(from, until));
        place.sessions().forEach(session -> session.start(start));
        Generator.sleepUntil(from);
        Measurement measurement =
                new Measurement(generator.loops(), Optional.of(place.entrant().relay()));
        List<Traffic> moved = generator.traffic(place.sessions());
        for (long next = from + SAMPLE_NANOS; next - until <= 0; next += SAMPLE_NANOS) {
            Generator.sleepUntil(next);
            measurement.sample();
        }
        measurement.end(moved, generator.traffic(place.sessions()));
        generator.settle(place.sessions());
        measurement.takeRest();
        return measurement
                .tally(place.sessions().size(), place.pairing(), before)
                .outcome(plan, setting, measurement.relayCost());
    }

    private void tell(int window, Place place) {
        Outcome outcome = place.outcomes().get(place.outcomes().size() - 1);
        double cpu =
                outcome.relay().map(Outcome.RelayCost::cpuSecondsPerMillion).orElse(0.0);
        progress.accept(String.format(
                Locale.ROOT,
                "window %d  %s  %.1f CPU s per million frames  p50 %.0f us  p99 %.0f us  %d faults",
                window,
                place.entrant().name(),
                cpu,
                outcome.endToEnd().p50(),
                outcome.endToEnd().p99(),
                outcome.faults().values().stream().mapToLong(Long::longValue).sum()));
    }

    /** What is found missing at the end is the last window's. */
    private void end(Place place) {
        LoopFigures before = figures();
        generator.finish(place.sessions());
        place.layToTheLast(figures().since(before));
    }

    @Override
    public void close() {
        generator.close();
    }
}
