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

/**
 * Relays that are offered the same load in turn, for a few seconds each, while all of them run and have their sessions: what one window of one is
 * compared with is a window of the other that was seconds ago, on the same machine with the same neighbours. Blocks its caller; used once.
 */
public final class Rotation implements AutoCloseable {
    /** A load's first moments are not measured: frames are due that were not before, and caches hold another relay. */
    private static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

    private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What was late in one's window has so long more, before the next window begins beside it: as long as it takes to see that it will not come. */
    private static final int STRAGGLERS_WITHIN_SECONDS = 30;

    /**
     * A relay that runs.
     *
     * @param relay its process, which is measured
     */
    public record Entrant(String name, Meeting meeting, RelaySight relay) {}

    /**
     * How long frames are waited for that are late.
     *
     * @param settledSeconds after their window; it is not sound where they come later
     * @param stragglersSeconds on top of that, before the next window
     */
    record Patience(int settledSeconds, int stragglersSeconds) {
        static final Patience USUAL = new Patience(Generator.SETTLED_WITHIN_SECONDS, STRAGGLERS_WITHIN_SECONDS);
    }

    /** One with its sessions, what they alone count, and what was measured of it, window by window. */
    private static final class Place {
        private final Entrant entrant;
        private final Generator generator;
        private final List<Outcome> outcomes = new ArrayList<>();
        private List<LoadSession> sessions = List.of();

        /** What was counted by then is laid to a window. */
        private LoopFigures laid;

        /** What its last window sent may still be on its way. */
        private boolean hasStragglers;

        Place(Entrant entrant, Generator generator) {
            this.entrant = entrant;
            this.generator = generator;
            this.laid = figures();
        }

        LoopFigures figures() {
            return Measurement.figures(generator.loops());
        }

        /** A window is over: what went wrong since the last one is laid to it, whoever's window it went wrong in. */
        void add(LoopFigures now, Outcome outcome) {
            laid = now;
            outcomes.add(outcome);
        }

        /** All windows are over: what is found missing now was the last one's. */
        void end() {
            generator.finish(sessions);
            LoopFigures more = figures().since(laid);
            int last = outcomes.size() - 1;
            if (last >= 0) {
                outcomes.set(last, outcomes.get(last).withMoreFaults(more.faults(), more.faultLines()));
            }
        }
    }

    private final LoadPlan plan;
    private final Consumer<String> progress;
    private final Patience patience;
    private final Generator threads;
    private final List<Place> places = new ArrayList<>();

    /**
     * Prepares it.
     *
     * @param plan what is offered to each: warmed up once for as long as it says, measured for its seconds in each window
     * @param entrants in whose order they take turns; at least one
     */
    public Rotation(LoadPlan plan, List<Entrant> entrants, Consumer<String> progress) {
        this(plan, entrants, progress, Patience.USUAL);
    }

    Rotation(LoadPlan plan, List<Entrant> entrants, Consumer<String> progress, Patience patience) {
        this.plan = plan;
        this.progress = progress;
        this.patience = patience;
        this.threads = new Generator(plan, entrants.get(0).meeting());
        for (Entrant entrant : entrants) {
            places.add(new Place(entrant, threads.beside(entrant.meeting(), places.size() * plan.pairs())));
        }
    }

    /** Opens, warms up, and measures so many windows of each. */
    public void run(int windows) throws InterruptedException {
        for (Place place : places) {
            place.sessions = place.generator.open();
            progress.accept(
                    place.sessions.size() + " of " + plan.pairs() + " sessions are paired by " + place.entrant.name());
        }
        for (Place place : places) {
            progress.accept("warming up " + place.entrant.name());
            warmUp(place);
        }
        for (int window = 1; window <= windows; window++) {
            for (Place place : places) {
                awaitStragglers();
                measure(place);
                tell(window, place);
            }
        }
        places.forEach(Place::end);
    }

    /** For each entrant its outcomes, one for a window: of all windows, or of those that were over when something ended it. */
    public List<List<Outcome>> outcomes() {
        return places.stream().map(place -> List.copyOf(place.outcomes)).toList();
    }

    private void warmUp(Place place) throws InterruptedException {
        long start = System.nanoTime() + START_NANOS;
        place.sessions.forEach(session -> session.start(start));
        Generator.sleepUntil(start + TimeUnit.SECONDS.toNanos(plan.warmUpSeconds()));
        settle(place);
    }

    private void settle(Place place) throws InterruptedException {
        place.hasStragglers = !place.generator.settle(place.sessions, patience.settledSeconds());
    }

    /** What one's window has left on its way takes of the machine in which another's is to be measured. */
    private void awaitStragglers() throws InterruptedException {
        for (Place place : places) {
            if (place.hasStragglers && place.generator.awaitSettled(place.sessions, patience.stragglersSeconds()) > 0) {
                progress.accept(place.entrant.name() + " still has frames on their way, beside the next window");
            }
            // Who waited in vain has waited enough: the next windows do not wait again.
            place.hasStragglers = false;
        }
    }

    private void measure(Place place) throws InterruptedException {
        Generator generator = place.generator;
        Outcome.Setting setting = new Outcome.Setting(
                Instant.now(),
                place.entrant.meeting().words(),
                Runtime.getRuntime().availableProcessors());
        long start = System.nanoTime() + START_NANOS;
        long from = start + LEAD_NANOS;
        long until = from + TimeUnit.SECONDS.toNanos(plan.seconds());
        generator.measure(from, until);
        place.sessions.forEach(session -> session.start(start));
        Generator.sleepUntil(from);
        Measurement measurement = new Measurement(generator.loops(), Optional.of(place.entrant.relay()));
        List<Traffic> moved = generator.traffic(place.sessions);
        for (long next = from + SAMPLE_NANOS; next - until <= 0; next += SAMPLE_NANOS) {
            Generator.sleepUntil(next);
            measurement.sample();
        }
        measurement.end(moved, generator.traffic(place.sessions));
        settle(place);
        measurement.takeRest();
        LoopFigures now = place.figures();
        // Sessions that were opened may have ended since, in any window: those that still play are what it has.
        Tally tally = measurement.tally(now.active(), generator.pairing(), now.since(place.laid));
        place.add(now, tally.outcome(plan, setting, measurement.relayCost()));
    }

    private void tell(int window, Place place) {
        Outcome outcome = place.outcomes.get(place.outcomes.size() - 1);
        double cpu =
                outcome.relay().map(Outcome.RelayCost::cpuSecondsPerMillion).orElse(0.0);
        progress.accept(String.format(
                Locale.ROOT,
                "window %d  %s  %.1f CPU s per million frames  p50 %.0f us  p99 %.0f us  %d faults",
                window,
                place.entrant.name(),
                cpu,
                outcome.endToEnd().p50(),
                outcome.endToEnd().p99(),
                outcome.faults().values().stream().mapToLong(Long::longValue).sum()));
    }

    @Override
    public void close() {
        threads.close();
    }
}
