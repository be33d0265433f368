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
     * @param p99Times the 99th percentile of those who are there, through the relay and end to end, meanwhile and afterwards, of what it was before
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

    /** Of a phase's frames, pointers that gave way to later ones among them, so many have to have come: the last pointers may have found no reader. */
    private static final double CAME_SHARE = 0.9;

    private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final double MICROS_PER_SECOND = 1e6;

    private final LoadPlan plan;
    private final TandemMeeting meeting;
    private final BooleanSupplier alive;
    private final int compilingSeconds;
    private final Bounds bounds;
    private final Consumer<String> progress;

    /**
     * Of a relay that takes the plan's pairs and no more.
     *
     * @param alive whether the relay's process is still there
     * @param compilingSeconds the others come for so long before anything is measured, 0 for not at all
     */
    public Overload(
            LoadPlan plan,
            TandemMeeting meeting,
            BooleanSupplier alive,
            int compilingSeconds,
            Bounds bounds,
            Consumer<String> progress) {
        this.plan = plan;
        this.meeting = meeting;
        this.alive = alive;
        this.compilingSeconds = compilingSeconds;
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
            Latency before,
            Latency meanwhile,
            Latency after,
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

    /**
     * How long frames took.
     *
     * @param endToEnd since they were due
     * @param throughRelay since they were sent: the generator, which is the crowd at the door too, sends late while that comes
     */
    public record Latency(Percentiles endToEnd, Percentiles throughRelay) {}

    /**
     * What was due in a part of the run, and only that, whenever it came.
     *
     * @param offered frames that were due
     * @param came of them, or gave way to later pointers
     */
    private record Phase(String name, Latency latency, long offered, long came) {
        boolean hasCome() {
            return offered > 0 && came >= offered * CAME_SHARE;
        }
    }

    /** Those who came besides, and those who took the places of others: what they were told, and when. */
    private record Crowd(int newcomers, Newcomers told, int left, List<Arrivals.Arrival> arrivals) {
        Percentiles recovery() {
            return ReconnectStorm.percentiles(
                    arrivals.stream().map(Arrivals.Arrival::afterNanos).toList());
        }
    }

    /** Fills the relay, has the others come, and lets some go. */
    public Result run() throws InterruptedException {
        try (Generator generator = new Generator(plan, meeting)) {
            // A relay that has just begun may be late while it fills, and turn away whoever comes again then.
            List<LoadSession> sessions =
                    sessions(new Arrivals(generator).await(0, plan.pairs(), System.nanoTime(), OPEN_WITHIN_SECONDS));
            int live = sessions.size();
            progress.accept(live + " of " + plan.pairs() + " sessions are paired: the relay is full");
            if (compilingSeconds > 0) {
                turnAway(generator, sessions);
            }
            List<Phase> phases = new ArrayList<>();
            phases.add(phase("before", generator, sessions, plan.warmUpSeconds()));

            Newcomers newcomers = new Newcomers(generator, meeting);
            int more = NEWCOMERS_TIMES * plan.pairs();
            newcomers.come(more, COMING_MILLIS);
            phases.add(phase("meanwhile", generator, sessions, 0));
            newcomers.leave();
            progress.accept(more + " more came, and were turned away " + newcomers.turnedAway() + " times");
            phases.add(phase("afterwards", generator, sessions, 0));

            int left = Math.min(live, Math.max(1, live / ENDING_SHARE));
            long ended = System.nanoTime();
            // The others go on meanwhile.
            sessions.forEach(session -> session.start(ended));
            sessions.subList(0, left).forEach(LoadSession::leave);
            List<Arrivals.Arrival> arrivals =
                    new Arrivals(generator).await(plan.pairs(), left, ended, RECOVERY_LOOKED_AT_SECONDS);
            progress.accept(left + " sessions ended, and " + arrivals.size() + " new ones are there");
            boolean isAlive = alive.getAsBoolean();
            List<LoadSession> all = new ArrayList<>(sessions);
            all.addAll(sessions(arrivals));
            generator.settle(all);
            generator.finish(all);
            return result(
                    live,
                    phases,
                    new Crowd(more, newcomers, left, arrivals),
                    isAlive,
                    Measurement.figures(generator.loops()));
        }
    }

    /** Has the others come while nothing is measured. */
    private void turnAway(Generator generator, List<LoadSession> sessions) throws InterruptedException {
        long start = System.nanoTime() + START_NANOS;
        sessions.forEach(session -> session.start(start));
        Newcomers newcomers = new Newcomers(generator, meeting);
        newcomers.come(NEWCOMERS_TIMES * plan.pairs(), COMING_MILLIS);
        Generator.sleepUntil(start + TimeUnit.SECONDS.toNanos(compilingSeconds));
        newcomers.leave();
        generator.settle(sessions);
        progress.accept("turned away " + newcomers.turnedAway() + " times while the relay compiled");
    }

    private static List<LoadSession> sessions(List<Arrivals.Arrival> arrivals) {
        return arrivals.stream().map(Arrivals.Arrival::session).toList();
    }

    /** Has them play for the plan's seconds, and waits for what was due in them: what a relay holds back comes late in the phase in which it was due. */
    private Phase phase(String name, Generator generator, List<LoadSession> sessions, int warmUpSeconds)
            throws InterruptedException {
        LoopFigures before = Measurement.figures(generator.loops());
        long start = System.nanoTime() + START_NANOS;
        long from = start + TimeUnit.SECONDS.toNanos(warmUpSeconds);
        long until = from + TimeUnit.SECONDS.toNanos(plan.seconds());
        generator.measure(from, until);
        sessions.forEach(session -> session.start(start));
        Generator.sleepUntil(until);
        generator.settle(sessions);
        Latency latency = new Latency(generator.since(LoadLoop::endToEnd), generator.since(LoadLoop::throughRelay));
        long collapsed = Measurement.figures(generator.loops()).since(before).collapsed();
        return new Phase(
                name,
                latency,
                generator.since(LoadLoop::lateness).count(),
                latency.endToEnd().count() + collapsed);
    }

    private Result result(int live, List<Phase> phases, Crowd crowd, boolean isAlive, LoopFigures figures) {
        Map<Fault, Long> faults = new EnumMap<>(Fault.class);
        faults.putAll(figures.faults());
        // Who was turned away came again, and is counted when it is in.
        faults.remove(Fault.NOT_PAIRED);
        List<String> broken = new ArrayList<>();
        if (!isAlive) {
            broken.add("the relay's process is gone");
        }
        if (live < plan.pairs()) {
            broken.add((plan.pairs() - live) + " sessions were not taken although there was room");
        }
        judge(phases, broken);
        judge(crowd, broken);
        return new Result(
                plan.pairs(),
                live,
                crowd.newcomers(),
                crowd.told().turnedAway(),
                crowd.told().otherwise(),
                crowd.told().letIn(),
                phases.get(0).latency(),
                phases.get(1).latency(),
                phases.get(2).latency(),
                crowd.left(),
                crowd.recovery(),
                broken,
                faults,
                faults.isEmpty() ? List.of() : figures.faultLines());
    }

    private void judge(List<Phase> phases, List<String> broken) {
        for (Phase phase : phases) {
            if (!phase.hasCome()) {
                broken.add(String.format(
                        Locale.ROOT,
                        "of %d frames that were due %s, %d have come",
                        phase.offered(),
                        phase.name(),
                        phase.came()));
                continue;
            }
            Latency before = phases.get(0).latency();
            judge("through the relay", phase, phase.latency().throughRelay(), before.throughRelay(), broken);
            judge("end to end", phase, phase.latency().endToEnd(), before.endToEnd(), broken);
        }
    }

    private void judge(String where, Phase phase, Percentiles meanwhile, Percentiles before, List<String> broken) {
        if (meanwhile.p99() > before.p99() * bounds.p99Times()) {
            broken.add(String.format(
                    Locale.ROOT,
                    "the 99th percentile %s %s was %.1f times what it was before; allowed are %.1f",
                    where,
                    phase.name(),
                    meanwhile.p99() / before.p99(),
                    bounds.p99Times()));
        }
    }

    private void judge(Crowd crowd, List<String> broken) {
        Newcomers told = crowd.told();
        int never = crowd.newcomers() - told.told();
        if (never > 0 || told.otherwise() > 0 || told.letIn() > 0) {
            broken.add(String.format(
                    Locale.ROOT,
                    "not all who came were answered 503 with Retry-After: %d of %d never were, and %d answers were others, or none",
                    never,
                    crowd.newcomers(),
                    told.otherwise() + told.letIn()));
        }
        Percentiles recovery = crowd.recovery();
        if (recovery.count() < crowd.left() || recovery.most() > bounds.recoverySeconds() * MICROS_PER_SECOND) {
            broken.add(String.format(
                    Locale.ROOT,
                    "%d of %d places were taken again, the last after %.1f s; allowed are %.1f s",
                    recovery.count(),
                    crowd.left(),
                    recovery.most() / MICROS_PER_SECOND,
                    bounds.recoverySeconds()));
        }
    }
}
