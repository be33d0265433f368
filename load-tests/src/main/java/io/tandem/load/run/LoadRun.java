package io.tandem.load.run;

import io.tandem.load.engine.LoadSession;
import io.tandem.load.engine.Traffic;
import io.tandem.load.watch.RelaySight;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Offers a plan's load to a relay and measures what comes of it. Blocks its caller for as long as the plan takes; used once. */
public final class LoadRun implements AutoCloseable {
    private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** From the last session's being paired to the first frame. */
    private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final LoadPlan plan;
    private final Meeting meeting;
    private final Optional<RelaySight> relay;
    private final Consumer<String> progress;
    private final Generator generator;
    private List<LoadSession> sessions = List.of();
    private Optional<Measurement> measured = Optional.empty();

    /**
     * Prepares a run.
     *
     * @param meeting how sessions are opened
     * @param relay the relay's process, where it is one of this machine
     * @param progress is told a line now and then
     */
    public LoadRun(LoadPlan plan, Meeting meeting, Optional<RelaySight> relay, Consumer<String> progress) {
        this.plan = plan;
        this.meeting = meeting;
        this.relay = relay;
        this.progress = progress;
        this.generator = new Generator(plan, meeting);
    }

    /** Opens, warms up, measures, and waits for the rest. */
    public Outcome run() throws InterruptedException {
        Outcome.Setting setting = new Outcome.Setting(
                Instant.now(), meeting.words(), Runtime.getRuntime().availableProcessors());
        open();
        measure(System.nanoTime() + START_NANOS);
        Tally tally = finish();
        return tally.outcome(plan, setting, measured.flatMap(Measurement::relayCost));
    }

    /** Opens all sessions, and says how many became pairs. */
    public int open() throws InterruptedException {
        sessions = generator.open();
        progress.accept(sessions.size() + " of " + plan.pairs() + " sessions are paired");
        return sessions.size();
    }

    /**
     * Has them begin at this moment of {@link System#nanoTime}, warms up, measures, and waits until nothing is on its way. All sessions are
     * still open then, and the relay's memory can be weighed.
     */
    public void measure(long start) throws InterruptedException {
        long from = start + TimeUnit.SECONDS.toNanos(plan.warmUpSeconds());
        long until = from + TimeUnit.SECONDS.toNanos(plan.seconds());
        generator.measure(from, until);
        sessions.forEach(session -> session.start(start));

        Generator.sleepUntil(from);
        Measurement measurement = new Measurement(generator.loops(), relay);
        List<Traffic> before = generator.traffic(sessions);
        for (long next = from + SAMPLE_NANOS; next - until <= 0; next += SAMPLE_NANOS) {
            Generator.sleepUntil(next);
            tell(sessions.size(), measurement.sample());
        }
        measurement.end(before, generator.traffic(sessions));
        generator.settle(sessions);
        // All are still there and nothing is on its way: whatever this stops is not measured.
        measurement.weigh();
        measured = Optional.of(measurement);
    }

    /** Counts what has not come, and ends all sessions. */
    public Tally finish() {
        Measurement measurement = measured.orElseThrow(() -> new IllegalStateException("nothing was measured"));
        generator.finish(sessions);
        measurement.takeRest();
        return measurement.tally(sessions.size(), generator.pairing());
    }

    private void tell(int pairs, Sample sample) {
        progress.accept(String.format(
                Locale.ROOT,
                "%3.0f s  %d pairs  %.0f frames/s  p50 %.0f us  p99 %.0f us  own lateness p99 %.0f us  %d faults",
                sample.atSeconds(),
                pairs,
                sample.framesPerSecond(),
                sample.endToEndP50(),
                sample.endToEndP99(),
                sample.latenessP99(),
                sample.faults()));
    }

    @Override
    public void close() {
        generator.close();
    }
}
