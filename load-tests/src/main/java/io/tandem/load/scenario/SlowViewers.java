package io.tandem.load.scenario;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tandem.load.peer.RelayRest;
import io.tandem.load.peer.SocketBuffers;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.session.CarrierKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Viewers that stop reading while their consumers' pages go on changing: how much of the relay's memory they take, what others feel of
 * it, and whether they go on afterwards.
 *
 * <p>{@code SlowViewers [stopped viewers] [other sessions] [seconds of each phase] [relay's jar]}
 */
public final class SlowViewers {
    /** Each page changes so often ... */
    private static final long CHANGE_MILLIS = 50;

    /** ... and so much: 40 KB/s, a busy page. */
    static final int CHANGE_BYTES = 2 << 10;

    /** The pages of viewers that stop change so many times as often: 640 KB/s, more than their budgets or any link would let through. */
    static final int CHANGES_IN_A_HURRY = 16;

    /** What may wait for a client before its sender is stopped. */
    static final long FULL_BYTES = CarrierLimits.DEFAULTS.inFlightBytes();

    /** What is read at once, 64 KiB, was read before the consumer was told to stop; as much again for what each frame takes besides its bytes. */
    static final long TURN_BYTES = 128 << 10;

    /** What the relay may hold for each stopped viewer. */
    static final long BYTES_PER_STOPPED_VIEWER = FULL_BYTES + TURN_BYTES;

    /** What a JVM grows by itself under load: its heap is not collected after every frame. */
    static final long SLACK_BYTES = 96L << 20;

    private static final long RESUME_WITHIN_SECONDS = 30;
    private static final int FULL_WITHIN_SECONDS = 30;

    /** What others may feel of stopped viewers: so many times the p99 of before ... */
    private static final int P99_TIMES = 3;

    /** ... or so much more, where that is more: a scheduler's turns on a busy machine. */
    private static final long P99_MORE_MICROS = 50_000;

    private SlowViewers() {}

    /**
     * The relay's memory.
     *
     * @param residentBytes as the kernel counts the process
     * @param directBytes that its buffers have
     * @param waitingBytes for all clients
     * @param waitingMostBytes for one client
     */
    public record Memory(long residentBytes, long directBytes, long waitingBytes, long waitingMostBytes) {
        static Memory of(RelayProcess relay) {
            return new Memory(
                    relay.residentBytes(),
                    relay.meter("tandem_direct_bytes"),
                    relay.meter("tandem_waiting_bytes"),
                    relay.meter("tandem_waiting_most_bytes"));
        }

        boolean isFullFor(int stopped) {
            return waitingMostBytes >= FULL_BYTES && waitingBytes >= stopped * FULL_BYTES / 2;
        }

        /** The higher of each figure. */
        Memory orMore(Memory other) {
            return new Memory(
                    Math.max(residentBytes, other.residentBytes),
                    Math.max(directBytes, other.directBytes),
                    Math.max(waitingBytes, other.waitingBytes),
                    Math.max(waitingMostBytes, other.waitingMostBytes));
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "resident %d MiB, direct %d MiB, waiting %d KiB, for one client %d KiB",
                    residentBytes >> 20,
                    directBytes >> 20,
                    waitingBytes >> 10,
                    waitingMostBytes >> 10);
        }
    }

    /** What was found. */
    public record Outcome(
            int stopped,
            Memory memoryBefore,
            Memory memoryHighest,
            Latencies before,
            Latencies filling,
            Latencies during,
            int wentOn,
            int cameBack,
            long collapsed,
            long lost) {
        /** Whether the relay's memory stayed within what is stated: for each client, for all that stopped, and as a process. */
        public boolean isBounded() {
            long allowedBytes = stopped * BYTES_PER_STOPPED_VIEWER;
            return memoryHighest.waitingMostBytes() <= BYTES_PER_STOPPED_VIEWER
                    && memoryHighest.waitingBytes() - memoryBefore.waitingBytes() <= allowedBytes
                    && memoryHighest.residentBytes() - memoryBefore.residentBytes() <= allowedBytes + SLACK_BYTES;
        }

        /** What is not as the scenario's rule says; empty where all is. */
        public List<String> faults() {
            List<String> faults = new ArrayList<>();
            if (!wasFull()) {
                faults.add("too little waited for the stopped viewers to show anything");
            }
            if (!isBounded()) {
                faults.add("the relay's memory is over its bound");
            }
            if (wentOn + cameBack < stopped) {
                faults.add((stopped - wentOn - cameBack) + " stopped viewers did not resume");
            }
            if (lost > 0) {
                faults.add(lost + " page frames were missing");
            }
            if (during.count() == 0 || during.p99() > allowedP99Micros()) {
                faults.add("others' p99 was over " + allowedP99Micros() + " us, or they got nothing");
            }
            return faults;
        }

        private long allowedP99Micros() {
            return Math.max(before.p99() * P99_TIMES, before.p99() + P99_MORE_MICROS);
        }

        /** Whether so much waited for the stopped ones that they were felt: without it nothing was shown. */
        public boolean wasFull() {
            return memoryHighest.isFullFor(stopped);
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d viewers stopped%nrelay before: %s%nrelay at most: %s%n"
                            + "allowed: waiting for one client %d KiB (full at %d KiB), resident %d MiB more%n"
                            + "others before: %s%nothers while it filled: %s%nothers meanwhile: %s%n"
                            + "then %d went on and %d came back; %d pointer frames were collapsed, %d page frames were missing",
                    stopped,
                    memoryBefore,
                    memoryHighest,
                    BYTES_PER_STOPPED_VIEWER >> 10,
                    FULL_BYTES >> 10,
                    (stopped * BYTES_PER_STOPPED_VIEWER + SLACK_BYTES) >> 20,
                    before,
                    filling,
                    during,
                    wentOn,
                    cameBack,
                    collapsed,
                    lost);
        }
    }

    /** Runs it with the figures of the command line; exits with 1 where something is not as it has to be. */
    public static void main(String[] arguments) {
        int stopped = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
        int others = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
        int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 60;
        Path jar = Path.of(arguments.length > 3 ? arguments[3] : "relay-server/target/tandem-relay.jar");
        boolean broken;
        try (RelayProcess relay = RelayProcess.start(jar, List.of("-Xmx256m"), Map.of())) {
            Outcome outcome = run(relay, stopped, others, seconds);
            System.out.println(outcome);
            System.out.printf(
                    Locale.ROOT,
                    "rule: memory within what is allowed, every stopped viewer resumes within %d s, no page frame is missing, "
                            + "others' p99 meanwhile at most %d times that of before or %d ms more%n",
                    RESUME_WITHIN_SECONDS,
                    P99_TIMES,
                    TimeUnit.MICROSECONDS.toMillis(P99_MORE_MICROS));
            outcome.faults().forEach(fault -> System.out.println("BROKEN: " + fault));
            broken = !outcome.faults().isEmpty();
        }
        if (broken) {
            System.exit(1);
        }
    }

    /** Blocks for three phases of so many seconds. */
    public static Outcome run(RelayProcess relay, int stopped, int others, int seconds) {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                2, new DefaultThreadFactory("scenario", true), NioIoHandler.newFactory());
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        try {
            RelayRest rest = new RelayRest(relay.address());
            List<BusySession> slow = open(relay, rest, loops, stopped, SocketBuffers.SMALL);
            List<BusySession> live = open(relay, rest, loops, others, SocketBuffers.USUAL);
            List<BusySession> all = new ArrayList<>(slow);
            all.addAll(live);
            pace.scheduleAtFixedRate(() -> all.forEach(BusySession::change), 0, CHANGE_MILLIS, TimeUnit.MILLISECONDS);
            return phases(relay, slow, live, seconds);
        } finally {
            pace.shutdownNow();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static List<BusySession> open(
            RelayProcess relay, RelayRest rest, EventLoopGroup loops, int count, SocketBuffers buffers) {
        List<BusySession> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sessions.add(BusySession.open(relay, rest, loops, CarrierKind.WEBSOCKET, buffers));
        }
        return sessions;
    }

    private static Outcome phases(RelayProcess relay, List<BusySession> slow, List<BusySession> live, int seconds) {
        // The first phase warms both processes up.
        pass(relay, seconds);
        Latencies.of(live);
        Memory before = pass(relay, seconds);
        Latencies usual = Latencies.of(live);
        slow.forEach(BusySession::stopReading);
        Memory full = awaitFull(relay, slow.size());
        // Until then their pages hurry, and this process with them: that is told, and is not what the stop costs.
        Latencies filling = Latencies.of(live);
        Memory highest = full.orMore(pass(relay, seconds));
        Latencies meanwhile = Latencies.of(live);
        slow.forEach(BusySession::goOn);
        int wentOn = 0;
        int cameBack = 0;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RESUME_WITHIN_SECONDS);
        awaitFresh(slow, end);
        for (BusySession session : slow) {
            boolean goesOn = session.isFresh();
            wentOn += goesOn && !session.cameBack() ? 1 : 0;
            cameBack += goesOn && session.cameBack() ? 1 : 0;
        }
        long lost = slow.stream().mapToLong(BusySession::missing).sum()
                + live.stream().mapToLong(BusySession::missing).sum();
        long collapsed = slow.stream().mapToLong(BusySession::collapsedPointers).sum();
        return new Outcome(slow.size(), before, highest, usual, filling, meanwhile, wentOn, cameBack, collapsed, lost);
    }

    /** Waits until so much waits for the stopped ones that they are felt: on a busy machine that takes longer than on another. */
    private static Memory awaitFull(RelayProcess relay, int stopped) {
        Memory highest = Memory.of(relay);
        for (int i = 0; i < FULL_WITHIN_SECONDS && !highest.isFullFor(stopped); i++) {
            highest = highest.orMore(pass(relay, 1));
        }
        return highest;
    }

    /** Each comes back by itself, if it has to, and none waits for another. */
    private static void awaitFresh(List<BusySession> sessions, long endNanos) {
        ExecutorService returning = Executors.newFixedThreadPool(Math.max(1, sessions.size()));
        try {
            while (System.nanoTime() < endNanos && !sessions.stream().allMatch(BusySession::isFresh)) {
                sessions.forEach(session -> session.comeBackIfGivenUp(returning));
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            returning.shutdownNow();
        }
    }

    /** Lets time pass, and answers the most memory that the relay had in it. */
    private static Memory pass(RelayProcess relay, int seconds) {
        Memory highest = Memory.of(relay);
        for (int i = 0; i < seconds; i++) {
            try {
                TimeUnit.SECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            highest = highest.orMore(Memory.of(relay));
        }
        return highest;
    }
}
