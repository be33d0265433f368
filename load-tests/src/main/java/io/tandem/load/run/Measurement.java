package io.tandem.load.run;

import io.tandem.load.engine.Fault;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.LoopFigures;
import io.tandem.load.engine.Traffic;
import io.tandem.load.watch.ProcessFigures;
import io.tandem.load.watch.RelaySight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/** Takes a sample each second, and all of them together. On one thread. */
final class Measurement {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final double BITS_PER_BYTE = 8;

    private final List<LoadLoop> loops;
    private final Optional<RelayWatch> relay;
    private final Histogram endToEnd = histogram();
    private final Histogram pointers = histogram();
    private final Histogram throughRelay = histogram();
    private final Histogram verdicts = histogram();
    private final Histogram lateness = histogram();
    private final List<Sample> samples = new ArrayList<>();

    private final long beganNanos = System.nanoTime();
    private final LoopFigures began;
    private Optional<ProcessFigures> relayLast;
    private long lastNanos = beganNanos;
    private LoopFigures last;
    private LinkRates links = LinkRates.none();
    private boolean isGone;

    Measurement(List<LoadLoop> loops, Optional<RelaySight> sight) {
        this.loops = loops;
        this.began = figures(loops);
        this.last = began;
        this.relay = sight.map(RelayWatch::new);
        this.relayLast = relay.flatMap(RelayWatch::look);
    }

    private static Histogram histogram() {
        return new Histogram(LoadLoop.HIGHEST_NANOS, LoadLoop.DIGITS);
    }

    static LoopFigures figures(List<LoadLoop> loops) {
        List<CompletableFuture<LoopFigures>> counts =
                loops.stream().map(LoadLoop::count).toList();
        return counts.stream()
                .map(CompletableFuture::join)
                .reduce(LoopFigures::plus)
                .orElseThrow();
    }

    /** What happened since the last sample. */
    Sample sample() {
        long nanos = System.nanoTime();
        LoopFigures now = figures(loops);
        Optional<ProcessFigures> relayNow = look();
        double seconds = Math.max(1, nanos - lastNanos) / NANOS_PER_SECOND;
        double cpu = relayNow.flatMap(then -> relayLast.map(before -> then.cpuSeconds() - before.cpuSeconds()))
                .orElse(-seconds);
        Percentiles since = Percentiles.of(take(LoadLoop::endToEnd, endToEnd));
        take(LoadLoop::pointers, pointers);
        take(LoadLoop::throughRelay, throughRelay);
        take(LoadLoop::verdicts, verdicts);
        Sample sample = new Sample(
                (nanos - beganNanos) / NANOS_PER_SECOND,
                (now.received() - last.received()) / seconds,
                since.p50(),
                since.p99(),
                Percentiles.of(take(LoadLoop::lateness, lateness)).p99(),
                cpu / seconds,
                relayNow.map(ProcessFigures::residentBytes).orElse(-1L),
                now.faultCount());
        lastNanos = nanos;
        last = now;
        relayLast = relayNow;
        samples.add(sample);
        return sample;
    }

    private Optional<ProcessFigures> look() {
        Optional<ProcessFigures> now = relay.flatMap(RelayWatch::look);
        if (relay.isPresent() && now.isEmpty() && !isGone) {
            isGone = true;
            loops.get(0).report(Fault.GONE, 1, "it ended before its sessions did");
        }
        return now;
    }

    private Histogram take(Function<LoadLoop, SingleWriterRecorder> which, Histogram all) {
        Histogram since = histogram();
        loops.forEach(loop -> since.add(which.apply(loop).getIntervalHistogram()));
        all.add(since);
        return since;
    }

    /** The window is over: what its sessions have moved, and how often the relay stopped. */
    void end(List<Traffic> before, List<Traffic> after) {
        double seconds = (System.nanoTime() - beganNanos) / NANOS_PER_SECOND;
        List<Traffic> moved = IntStream.range(0, after.size())
                .mapToObj(i -> after.get(i).since(before.get(i)))
                .toList();
        links = LinkRates.of(moved, seconds);
        relay.ifPresent(RelayWatch::end);
    }

    /** Weighs the relay's heap: stops it for a moment. */
    void weigh() {
        relay.ifPresent(RelayWatch::weigh);
    }

    /** The last frames of the window, which came after its last sample. */
    void takeRest() {
        take(LoadLoop::endToEnd, endToEnd);
        take(LoadLoop::pointers, pointers);
        take(LoadLoop::throughRelay, throughRelay);
        take(LoadLoop::verdicts, verdicts);
        take(LoadLoop::lateness, lateness);
    }

    /** All samples together, and what was wrong in the whole of the run. */
    Tally tally(int paired, Histogram pairing) {
        return tally(paired, pairing, figures(loops));
    }

    /** The same, where something else than the whole run's is to be laid to it. */
    Tally tally(int paired, Histogram pairing, LoopFigures whole) {
        double seconds = seconds();
        return new Tally(
                paired,
                seconds,
                frames() / seconds,
                (last.receivedBytes() - began.receivedBytes()) * BITS_PER_BYTE / seconds,
                whole.collapsed(),
                whole.turnedAway(),
                whole.faults(),
                whole.faultLines(),
                new Tally.Times(pairing, endToEnd, pointers, throughRelay, verdicts, lateness),
                links,
                samples);
    }

    /** What the relay's process took, where that is known. */
    Optional<Outcome.RelayCost> relayCost() {
        return relay.flatMap(watched -> watched.cost(seconds(), frames()));
    }

    private double seconds() {
        return (lastNanos - beganNanos) / NANOS_PER_SECOND;
    }

    private double frames() {
        return (double) (last.received() - began.received());
    }
}
