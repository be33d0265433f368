package io.tandem.load.run;

import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.LoadSession;
import io.tandem.load.engine.LoopFigures;
import io.tandem.load.engine.TandemSession;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Pairs under load whose every connection breaks at one moment, as when a balancer restarts, and which all come back at once: with resume secrets, to the
 * same sessions, to go on where they were.
 */
public final class ReconnectStorm {
    private static final int BACK_WITHIN_SECONDS = 60;
    private static final long LOOK_MILLIS = 500;
    private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final LoadPlan plan;
    private final Meeting meeting;
    private final Consumer<String> progress;

    /**
     * Of the plan's pairs, under its load for its seconds before and after.
     *
     * @param meeting of sessions that resume, all of them {@link TandemSession}s
     */
    public ReconnectStorm(LoadPlan plan, TandemMeeting meeting, Consumer<String> progress) {
        this.plan = plan;
        this.meeting = meeting;
        this.progress = progress;
    }

    /** Comes, is cut, comes back, and goes. */
    public Comeback run() throws InterruptedException {
        try (Generator generator = new Generator(plan, meeting)) {
            List<LoadSession> sessions = generator.open();
            progress.accept(sessions.size() + " of " + plan.pairs() + " sessions are paired");
            List<TandemSession> pairs =
                    sessions.stream().map(TandemSession.class::cast).toList();
            long start = System.nanoTime() + START_NANOS;
            long from = start + TimeUnit.SECONDS.toNanos(plan.warmUpSeconds());
            generator.measure(from, from + TimeUnit.DAYS.toNanos(1));
            sessions.forEach(session -> session.start(start));
            Generator.sleepUntil(from + TimeUnit.SECONDS.toNanos(plan.seconds()));

            Percentiles before = generator.since(LoadLoop::endToEnd);
            long cut = System.nanoTime();
            pairs.forEach(pair -> pair.breakBoth(cut));
            progress.accept("every connection is cut");
            List<TandemSession.Return> returns = awaitAll(pairs, cut);
            Percentiles meanwhile = generator.since(LoadLoop::endToEnd);
            TimeUnit.SECONDS.sleep(plan.seconds());
            Percentiles after = generator.since(LoadLoop::endToEnd);
            generator.settle(sessions);
            generator.finish(sessions);
            LoopFigures figures = Measurement.figures(generator.loops());
            return new Comeback(
                    plan.pairs(),
                    (int) returns.stream().filter(TandemSession.Return::isBack).count(),
                    percentiles(returns.stream()
                            .map(TandemSession.Return::welcomedNanos)
                            .toList()),
                    percentiles(returns.stream()
                            .map(TandemSession.Return::freshNanos)
                            .toList()),
                    returns.stream()
                            .mapToLong(TandemSession.Return::connections)
                            .sum(),
                    before,
                    meanwhile,
                    after,
                    figures.expired(),
                    figures.faults(),
                    figures.faultLines());
        }
    }

    private List<TandemSession.Return> awaitAll(List<TandemSession> pairs, long cut) throws InterruptedException {
        long end = cut + TimeUnit.SECONDS.toNanos(BACK_WITHIN_SECONDS);
        while (true) {
            // Each of them notes itself when it is back: how often this looks says nothing of that.
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            List<CompletableFuture<TandemSession.Return>> asked =
                    pairs.stream().map(TandemSession::returned).toList();
            List<TandemSession.Return> returns =
                    asked.stream().map(CompletableFuture::join).toList();
            long back = returns.stream().filter(TandemSession.Return::isBack).count();
            boolean decided = returns.stream().allMatch(each -> each.isBack() || each.over());
            if (decided || System.nanoTime() - end >= 0) {
                progress.accept(back + " of " + pairs.size() + " are back");
                return returns;
            }
        }
    }

    static Percentiles percentiles(List<Long> nanos) {
        Histogram all = new Histogram(LoadLoop.HIGHEST_NANOS, LoadLoop.DIGITS);
        nanos.stream()
                .filter(each -> each >= 0)
                .forEach(each -> all.recordValue(Math.min(each, LoadLoop.HIGHEST_NANOS)));
        return Percentiles.of(all);
    }
}
