package io.tandem.load.engine;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * One event loop of the generator, and everything that its pairs share: when which of them is due, what they measure and count. Its state
 * belongs to the loop; {@link #count} and the recorders may be called from elsewhere. Pairs that are to be counted apart have another one of
 * these, on the same event loop.
 *
 * <p>The load is open: a frame is due when its recording says so, whether the relay keeps up or not, and its latency counts from then. A
 * generator that is late adds to it, and says so ({@link #lateness}).
 */
public final class LoadLoop {
    /** Latencies are kept up to a minute, with three digits. */
    public static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Digits of a latency that are kept. */
    public static final int DIGITS = 3;

    /** Sends of one turn, before what came in is read: a generator that is behind still hears. */
    private static final int SENDS_PER_TURN = 128;

    /** Enough to find what is wrong by; the rest is only counted. */
    private static final int MOST_FAULT_LINES = 20;

    final Stamp stamp = new Stamp();
    final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    final SingleWriterRecorder endToEnd = recorder();
    final SingleWriterRecorder pointers = recorder();
    final SingleWriterRecorder throughRelay = recorder();
    final SingleWriterRecorder lateness = recorder();
    final SingleWriterRecorder verdicts = recorder();

    private final EventLoop loop;
    private final PriorityQueue<Exchange> due = new PriorityQueue<>(Comparator.comparingLong(Exchange::dueNanos));
    private final Queue<String> lines = new ArrayDeque<>();
    private boolean pumping;

    long sent;
    long received;
    long sentBytes;
    long receivedBytes;
    long collapsed;

    /** Actions that were answered, as is right, that they had come too late. */
    long expired;

    /** How often a consumer was answered that there is no room. */
    long turnedAway;

    int active;
    private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);

    /** Latencies of frames that were due in this window count. Nanoseconds; empty until it is set. */
    private long measureFrom = Long.MAX_VALUE;

    private long measureUntil = Long.MAX_VALUE;

    /** On this loop. */
    public LoadLoop(EventLoop loop) {
        this.loop = loop;
    }

    private static SingleWriterRecorder recorder() {
        return new SingleWriterRecorder(HIGHEST_NANOS, DIGITS);
    }

    /** The loop itself. */
    public EventLoop executor() {
        return loop;
    }

    /**
     * Measures what is due from one moment to another, both of {@link System#nanoTime}, and forgets what was due before and has come since the recorders
     * were last asked. Any thread may say so, before it begins; it completes when it is so.
     */
    public CompletableFuture<Void> measure(long fromNanos, long untilNanos) {
        return CompletableFuture.runAsync(
                () -> {
                    measureFrom = fromNanos;
                    measureUntil = untilNanos;
                    List.of(endToEnd, pointers, throughRelay, lateness, verdicts)
                            .forEach(SingleWriterRecorder::reset);
                },
                loop);
    }

    boolean isMeasured(long dueNanos) {
        return measureFrom != Long.MAX_VALUE && dueNanos - measureFrom >= 0 && dueNanos - measureUntil < 0;
    }

    /** Has the pair send what is due, from now on. */
    void add(Exchange pair) {
        due.add(pair);
        if (!pumping) {
            pumping = true;
            loop.execute(this::pump);
        }
    }

    /** Has it send nothing any more. */
    void remove(Exchange pair) {
        due.remove(pair);
    }

    private void pump() {
        long now = System.nanoTime();
        for (int i = 0; i < SENDS_PER_TURN; i++) {
            Exchange next = due.peek();
            if (next == null) {
                pumping = false;
                return;
            }
            if (next.dueNanos() - now > 0) {
                loop.schedule(this::pump, next.dueNanos() - now, TimeUnit.NANOSECONDS);
                return;
            }
            due.remove();
            if (next.sendDue(now)) {
                due.add(next);
            }
        }
        loop.execute(this::pump);
    }

    /** Counts what was seen of a relay elsewhere than on this loop. Any thread may say so. */
    public void report(Fault fault, long times, String what) {
        loop.execute(() -> fault(fault, times, what));
    }

    void fault(Fault fault, long times, String what) {
        faults.merge(fault, times, Long::sum);
        if (lines.size() < MOST_FAULT_LINES) {
            lines.add(fault.words() + ": " + what);
        }
    }

    /** What it has counted by now. Any thread may ask. */
    public CompletableFuture<LoopFigures> count() {
        return CompletableFuture.supplyAsync(
                () -> new LoopFigures(
                        sent,
                        received,
                        sentBytes,
                        receivedBytes,
                        collapsed,
                        expired,
                        turnedAway,
                        active,
                        Map.copyOf(faults),
                        List.copyOf(lines)),
                loop);
    }

    /** From the moment when a frame was due to the moment when the other end had it. */
    public SingleWriterRecorder endToEnd() {
        return endToEnd;
    }

    /** The same, of the consumers' pointers alone: what is felt of a page that is in their way. */
    public SingleWriterRecorder pointers() {
        return pointers;
    }

    /** From the moment when it was given to the network. */
    public SingleWriterRecorder throughRelay() {
        return throughRelay;
    }

    /** How late the generator itself gave frames to the network: its own error. */
    public SingleWriterRecorder lateness() {
        return lateness;
    }

    /** From the moment when an action was due to the moment when its agent had the verdict. */
    public SingleWriterRecorder verdicts() {
        return verdicts;
    }
}
