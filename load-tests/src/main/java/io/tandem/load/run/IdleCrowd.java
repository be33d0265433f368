package io.tandem.load.run;

import io.tandem.load.engine.Fault;
import io.tandem.load.engine.LoadSession;
import io.tandem.load.engine.LoopFigures;
import io.tandem.load.watch.JvmHeap;
import io.tandem.load.watch.ProcessFigures;
import io.tandem.load.workload.Recording;
import io.tandem.load.workload.Step;
import io.tandem.relay.frame.FrameType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Sessions that are there and do nothing: what they cost the relay, and whether all of them still answer afterwards. */
public final class IdleCrowd {
    /**
     * What a channel may cost, in bytes.
     *
     * @param mostResident of the relay's process
     * @param mostLiveHeap of its heap
     */
    public record Bounds(double mostResident, double mostLiveHeap) {
        /** It may cost whatever it does. */
        public static final Bounds NONE = new Bounds(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /**
     * What it cost, and what came of it.
     *
     * @param channels that were open, two for each pair
     * @param residentBytes of the relay, above what it had before the crowd came
     * @param liveHeapBytes above what was alive before
     * @param answered frames that came when the crowd was woken
     * @param bounds of what a channel may cost
     */
    public record Cost(
            int pairs,
            int channels,
            long residentBytes,
            long liveHeapBytes,
            long answered,
            Bounds bounds,
            Map<Fault, Long> faults,
            List<String> faultLines) {
        /** Copies faults and lines. */
        public Cost {
            faults = Map.copyOf(faults);
            faultLines = List.copyOf(faultLines);
        }

        /** Whether all came, stayed, answered, and cost no more than they may. */
        public boolean isSound() {
            return faults.isEmpty() && channels == 2 * pairs && answered > 0 && broken().isEmpty();
        }

        /** The bounds that a channel exceeds, in words. */
        public List<String> broken() {
            List<String> broken = new ArrayList<>();
            exceeds(broken, "resident memory", residentPerChannel(), bounds.mostResident());
            exceeds(broken, "live heap", liveHeapPerChannel(), bounds.mostLiveHeap());
            return broken;
        }

        private static void exceeds(List<String> broken, String of, double bytes, double most) {
            if (bytes > most) {
                broken.add(
                        String.format(Locale.ROOT, "%s of a channel is %.0f bytes; allowed are %.0f", of, bytes, most));
            }
        }

        /** Resident bytes of one channel. */
        public double residentPerChannel() {
            return (double) residentBytes / Math.max(1, channels);
        }

        /** Live bytes of one channel. */
        public double liveHeapPerChannel() {
            return (double) liveHeapBytes / Math.max(1, channels);
        }
    }

    /** Sessions that come first and go: what a relay loads and compiles once is no channel's. */
    private static final int FIRST_PAIRS = 20;

    private static final int FIRST_SECONDS = 2;

    private static final long WAKING_MICROS = 5_000_000;

    /** By which each session shows that it is there: the page changes, and the agent clicks. */
    private static final Recording WAKING = new Recording(
            "waking",
            List.of(
                    new Step(0, Step.Sender.TAG, FrameType.MUTATIONS, 200, false),
                    new Step(WAKING_MICROS / 2, Step.Sender.AGENT, FrameType.CLICK, 24, false)),
            WAKING_MICROS);

    private final LoadPlan plan;
    private final Meeting meeting;
    private final long relayPid;
    private final Bounds bounds;
    private final Consumer<String> progress;

    /** Of the plan's sessions, which stay idle for its seconds, whatever its recordings say. */
    public IdleCrowd(LoadPlan plan, Meeting meeting, long relayPid, Bounds bounds, Consumer<String> progress) {
        this.plan = plan.playing(List.of(WAKING));
        this.meeting = meeting;
        this.relayPid = relayPid;
        this.bounds = bounds;
        this.progress = progress;
    }

    private record Weight(long resident, long live) {}

    /** The live heap first: what its collection frees may leave the process. */
    private Weight weigh() {
        long live = JvmHeap.liveBytes(relayPid);
        ProcessFigures now = ProcessFigures.of(relayPid)
                .orElseThrow(() -> new IllegalStateException("the relay's process " + relayPid + " is gone"));
        return new Weight(now.residentBytes(), live);
    }

    /** Comes, stays, is woken, and goes. */
    public Cost measure() throws InterruptedException {
        LoadPlan first = new LoadPlan(
                Math.min(FIRST_PAIRS, plan.pairs()),
                plan.recordings(),
                1,
                false,
                plan.opening(),
                plan.warmUpSeconds(),
                FIRST_SECONDS);
        try (Generator generator = new Generator(first, meeting)) {
            wake(generator, generator.open());
        }
        Weight before = weigh();
        try (Generator generator = new Generator(plan, meeting)) {
            List<LoadSession> sessions = generator.open();
            progress.accept(sessions.size() + " of " + plan.pairs() + " sessions are paired, and idle now");
            TimeUnit.SECONDS.sleep(plan.seconds());
            Weight after = weigh();
            progress.accept("and are woken");
            wake(generator, sessions);
            LoopFigures figures = Measurement.figures(generator.loops());
            return new Cost(
                    plan.pairs(),
                    2 * sessions.size(),
                    after.resident() - before.resident(),
                    after.live() - before.live(),
                    figures.received(),
                    bounds,
                    figures.faults(),
                    figures.faultLines());
        }
    }

    /** Each of them sends all of its recording once, wherever it begins in it. */
    private void wake(Generator generator, List<LoadSession> sessions) throws InterruptedException {
        long now = System.nanoTime();
        sessions.forEach(session -> session.start(now));
        TimeUnit.MICROSECONDS.sleep(WAKING_MICROS);
        generator.settle(sessions);
        generator.finish(sessions);
    }
}
