package io.tandem.load.run;

import io.tandem.load.engine.Fault;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.LoadSession;
import io.tandem.load.engine.LoopFigures;
import io.tandem.load.scenario.RelayProcess;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A relay that dies and starts again under its pairs. It stores nothing: their sessions are gone, and consumers and agents begin new ones, with new
 * invitations, as soon as it listens. What was on its way is gone with the sessions, and nobody counts it.
 */
public final class RestartStorm {
    private static final int BACK_WITHIN_SECONDS = 60;

    private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final LoadPlan plan;
    private final Meeting meeting;
    private final RelayProcess relay;
    private final Consumer<String> progress;

    /** Of the plan's pairs, under its load for its seconds before and after. */
    public RestartStorm(LoadPlan plan, Meeting meeting, RelayProcess relay, Consumer<String> progress) {
        this.plan = plan;
        this.meeting = meeting;
        this.relay = relay;
        this.progress = progress;
    }

    /** Comes, loses its relay, begins anew, and goes. */
    public Comeback run() throws InterruptedException {
        Percentiles before;
        int paired;
        long died;
        try (Generator generator = new Generator(plan, meeting)) {
            List<LoadSession> sessions = generator.open();
            paired = sessions.size();
            progress.accept(paired + " of " + plan.pairs() + " sessions are paired");
            before = load(generator, sessions, plan.warmUpSeconds());
            died = System.nanoTime();
            relay.kill();
        }
        progress.accept("the relay was killed, and starts again");
        CompletableFuture<Void> starts = CompletableFuture.runAsync(relay::startAgain);
        try (Generator generator = new Generator(plan, meeting)) {
            Arrivals crowd = new Arrivals(generator);
            List<Arrivals.Arrival> arrivals = crowd.await(0, plan.pairs(), died, BACK_WITHIN_SECONDS);
            starts.join();
            progress.accept(arrivals.size() + " of " + plan.pairs() + " are paired again");
            List<LoadSession> sessions =
                    arrivals.stream().map(Arrivals.Arrival::session).toList();
            Percentiles after = load(generator, sessions, 0);
            generator.settle(sessions);
            generator.finish(sessions);
            LoopFigures figures = Measurement.figures(generator.loops());
            Map<Fault, Long> faults = new EnumMap<>(Fault.class);
            faults.putAll(figures.faults());
            // Whoever came while nobody listened came again.
            faults.remove(Fault.NOT_PAIRED);
            return new Comeback(
                    paired,
                    arrivals.size(),
                    ReconnectStorm.percentiles(
                            arrivals.stream().map(Arrivals.Arrival::afterNanos).toList()),
                    ReconnectStorm.percentiles(List.of()),
                    crowd.attempts(),
                    before,
                    ReconnectStorm.percentiles(List.of()),
                    after,
                    0,
                    faults,
                    faults.isEmpty() ? List.of() : figures.faultLines());
        }
    }

    private Percentiles load(Generator generator, List<LoadSession> sessions, int warmUpSeconds)
            throws InterruptedException {
        long start = System.nanoTime() + START_NANOS;
        long from = start + TimeUnit.SECONDS.toNanos(warmUpSeconds);
        long until = from + TimeUnit.SECONDS.toNanos(plan.seconds());
        generator.measure(from, until);
        sessions.forEach(session -> session.start(start));
        Generator.sleepUntil(until);
        return generator.since(LoadLoop::endToEnd);
    }
}
