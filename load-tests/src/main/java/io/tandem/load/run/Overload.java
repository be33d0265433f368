package io.tandem.load.run;

import io.tandem.load.engine.Fault;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.LoadSession;
import io.tandem.load.engine.LoopFigures;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A relay that has all the sessions it takes while twice as many more come: whether those who are there keep their pace, what the others are told, and how
 * soon new sessions are taken when some have ended.
 */
public final class Overload {
    /**
     * What it has to keep to.
     *
     * @param p99Times the 99th percentile of those who are there, meanwhile, of what it was before
     * @param recoverySeconds after sessions ended, until as many new ones have taken their places
     */
    public record Bounds(double p99Times, double recoverySeconds) {}

    /** As many again as the relay takes, and once more: three times in all. */
    private static final int NEWCOMERS_TIMES = 2;

    /** They come within this time; and then again when they were told to. */
    private static final long COMING_MILLIS = 2_000;

    private static final int OPEN_WITHIN_SECONDS = 60;
    private static final int RECOVERY_LOOKED_AT_SECONDS = 60;

    /** One of so many sessions ends. */
    private static final int ENDING_SHARE = 10;

    private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final double MICROS_PER_SECOND = 1e6;

    private final LoadPlan plan;
    private final TandemMeeting meeting;
    private final BooleanSupplier alive;
    private final Bounds bounds;
    private final Consumer<String> progress;

    /**
     * Of a relay that takes the plan's pairs and no more.
     *
     * @param alive whether the relay's process is still there
     */
    public Overload(
            LoadPlan plan, TandemMeeting meeting, BooleanSupplier alive, Bounds bounds, Consumer<String> progress) {
        this.plan = plan;
        this.meeting = meeting;
        this.alive = alive;
        this.bounds = bounds;
        this.progress = progress;
    }

    /**
     * What came of it.
     *
     * @param capacity sessions that the relay takes
     * @param live of them that were there
     * @param newcomers who came besides
     * @param turnedAway how often one of them was answered 503 with Retry-After
     * @param otherwise how often one was answered anything else, or nothing
     * @param letIn how often one was let in although there was no room
     * @param left sessions that ended
     * @param recovery from their end until new ones had taken their places
     * @param broken what is not as it has to be, besides faults
     */
    public record Result(
            int capacity,
            int live,
            int newcomers,
            long turnedAway,
            long otherwise,
            long letIn,
            Percentiles before,
            Percentiles meanwhile,
            Percentiles after,
            int left,
            Percentiles recovery,
            List<String> broken,
            Map<Fault, Long> faults,
            List<String> faultLines) {
        /** Copies what it is given. */
        public Result {
            broken = List.copyOf(broken);
            faults = Map.copyOf(faults);
            faultLines = List.copyOf(faultLines);
        }

        /** Whether all is as it has to be. */
        public boolean isSound() {
            return broken.isEmpty() && faults.isEmpty();
        }
    }

    /** Fills the relay, has the others come, and lets some go. */
    public Result run() throws InterruptedException {
        try (Generator generator = new Generator(plan, meeting)) {
            List<LoadSession> sessions = new ArrayList<>();
            // A relay that has just begun may be late while it fills, and turn away whoever comes again then.
            for (Arrivals.Arrival arrival :
                    new Arrivals(generator).await(0, plan.pairs(), System.nanoTime(), OPEN_WITHIN_SECONDS)) {
                sessions.add(arrival.session());
            }
            progress.accept(sessions.size() + " of " + plan.pairs() + " sessions are paired: the relay is full");
            long start = System.nanoTime() + START_NANOS;
            long from = start + TimeUnit.SECONDS.toNanos(plan.warmUpSeconds());
            generator.measure(from, from + TimeUnit.DAYS.toNanos(1));
            sessions.forEach(session -> session.start(start));
            Generator.sleepUntil(from + TimeUnit.SECONDS.toNanos(plan.seconds()));
            Percentiles before = generator.since(LoadLoop::endToEnd);

            Newcomers newcomers = new Newcomers(generator, meeting);
            int more = NEWCOMERS_TIMES * plan.pairs();
            newcomers.come(more, COMING_MILLIS);
            TimeUnit.SECONDS.sleep(plan.seconds());
            newcomers.leave();
            Percentiles meanwhile = generator.since(LoadLoop::endToEnd);
            progress.accept(more + " more came, and were turned away " + newcomers.turnedAway() + " times");
            TimeUnit.SECONDS.sleep(plan.seconds());
            Percentiles after = generator.since(LoadLoop::endToEnd);

            int left = Math.max(1, sessions.size() / ENDING_SHARE);
            long ended = System.nanoTime();
            sessions.subList(0, left).forEach(LoadSession::leave);
            Arrivals taking = new Arrivals(generator);
            List<Arrivals.Arrival> arrivals = taking.await(plan.pairs(), left, ended, RECOVERY_LOOKED_AT_SECONDS);
            arrivals.forEach(arrival -> sessions.add(arrival.session()));
            Percentiles recovery = ReconnectStorm.percentiles(
                    arrivals.stream().map(Arrivals.Arrival::afterNanos).toList());
            progress.accept(left + " sessions ended, and " + arrivals.size() + " new ones are there");
            boolean isAlive = alive.getAsBoolean();
            generator.settle(sessions);
            generator.finish(sessions);
            Map<Fault, Long> faults = new EnumMap<>(Fault.class);
            LoopFigures figures = Measurement.figures(generator.loops());
            faults.putAll(figures.faults());
            // Who was turned away came again, and is counted when it is in.
            faults.remove(Fault.NOT_PAIRED);
            return new Result(
                    plan.pairs(),
                    sessions.size() - arrivals.size(),
                    more,
                    newcomers.turnedAway(),
                    newcomers.otherwise(),
                    newcomers.letIn(),
                    before,
                    meanwhile,
                    after,
                    left,
                    recovery,
                    broken(sessions.size() - arrivals.size(), newcomers, before, meanwhile, left, recovery, isAlive),
                    faults,
                    faults.isEmpty() ? List.of() : figures.faultLines());
        }
    }

    private List<String> broken(
            int live,
            Newcomers newcomers,
            Percentiles before,
            Percentiles meanwhile,
            int left,
            Percentiles recovery,
            boolean isAlive) {
        List<String> broken = new ArrayList<>();
        if (!isAlive) {
            broken.add("the relay's process is gone");
        }
        if (live < plan.pairs()) {
            broken.add((plan.pairs() - live) + " sessions were not taken although there was room");
        }
        if (newcomers.turnedAway() == 0 || newcomers.otherwise() > 0 || newcomers.letIn() > 0) {
            broken.add("not all who came were answered 503 with Retry-After");
        }
        if (meanwhile.p99() > before.p99() * bounds.p99Times()) {
            broken.add(String.format(
                    Locale.ROOT,
                    "the 99th percentile was %.1f times what it was before; allowed are %.1f",
                    meanwhile.p99() / before.p99(),
                    bounds.p99Times()));
        }
        if (recovery.count() < left || recovery.most() > bounds.recoverySeconds() * MICROS_PER_SECOND) {
            broken.add(String.format(
                    Locale.ROOT,
                    "%d of %d places were taken again, the last after %.1f s; allowed are %.1f s",
                    recovery.count(),
                    left,
                    recovery.most() / MICROS_PER_SECOND,
                    bounds.recoverySeconds()));
        }
        return broken;
    }
}
