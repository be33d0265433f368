package io.tandem.load.scenario;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tandem.load.peer.RelayRest;
import io.tandem.relay.session.CarrierKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    /**
     * What the relay may hold for each stopped viewer: 256 KiB for the viewer, and 256 KiB that one turn of the consumer's loop had read
     * before it was told to stop.
     */
    static final long BYTES_PER_STOPPED_VIEWER = 512 << 10;

    /** What a JVM grows by itself under load: its heap is not collected after every frame. */
    static final long SLACK_BYTES = 96L << 20;

    private static final long RESUME_WITHIN_SECONDS = 30;

    private SlowViewers() {}

    /** What was found. */
    public record Outcome(
            int stopped,
            long residentBefore,
            long residentHighest,
            Latencies before,
            Latencies during,
            int wentOn,
            int cameBack,
            long lost) {
        /** Whether the relay's memory stayed within what is stated. */
        public boolean isBounded() {
            return residentHighest - residentBefore <= stopped * BYTES_PER_STOPPED_VIEWER + SLACK_BYTES;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d viewers stopped: relay %d MiB before, %d MiB at most (allowed %d more)%n"
                            + "others before: %s%nothers meanwhile: %s%nthen %d went on and %d came back; %d frames were missing",
                    stopped,
                    residentBefore >> 20,
                    residentHighest >> 20,
                    (stopped * BYTES_PER_STOPPED_VIEWER + SLACK_BYTES) >> 20,
                    before,
                    during,
                    wentOn,
                    cameBack,
                    lost);
        }
    }

    /** Runs it with the figures of the command line. */
    public static void main(String[] arguments) {
        int stopped = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200;
        int others = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
        int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 60;
        Path jar = Path.of(arguments.length > 3 ? arguments[3] : "relay-server/target/tandem-relay.jar");
        try (RelayProcess relay = RelayProcess.start(jar, List.of("-Xmx256m"), Map.of())) {
            System.out.println(run(relay, stopped, others, seconds));
        }
    }

    /** Blocks for three phases of so many seconds. */
    public static Outcome run(RelayProcess relay, int stopped, int others, int seconds) {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                2, new DefaultThreadFactory("scenario", true), NioIoHandler.newFactory());
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        try {
            RelayRest rest = new RelayRest(relay.address());
            List<BusySession> slow = open(relay, rest, loops, stopped);
            List<BusySession> live = open(relay, rest, loops, others);
            List<BusySession> all = new ArrayList<>(slow);
            all.addAll(live);
            pace.scheduleAtFixedRate(() -> all.forEach(BusySession::change), 0, CHANGE_MILLIS, TimeUnit.MILLISECONDS);
            return phases(relay, slow, live, seconds);
        } finally {
            pace.shutdownNow();
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static List<BusySession> open(RelayProcess relay, RelayRest rest, EventLoopGroup loops, int count) {
        List<BusySession> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sessions.add(BusySession.open(relay, rest, loops, CarrierKind.WEBSOCKET));
        }
        return sessions;
    }

    private static Outcome phases(RelayProcess relay, List<BusySession> slow, List<BusySession> live, int seconds) {
        // The first phase warms both processes up.
        pass(relay, seconds);
        Latencies.of(live);
        long before = pass(relay, seconds);
        Latencies usual = Latencies.of(live);
        slow.forEach(BusySession::stopReading);
        long highest = pass(relay, seconds);
        Latencies meanwhile = Latencies.of(live);
        slow.forEach(BusySession::goOn);
        int wentOn = 0;
        int cameBack = 0;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RESUME_WITHIN_SECONDS);
        for (BusySession session : slow) {
            boolean goesOn = session.awaitFrameAfterGoingOn(end);
            wentOn += goesOn && !session.cameBack() ? 1 : 0;
            cameBack += goesOn && session.cameBack() ? 1 : 0;
        }
        long lost = slow.stream().mapToLong(BusySession::missing).sum()
                + live.stream().mapToLong(BusySession::missing).sum();
        return new Outcome(slow.size(), before, highest, usual, meanwhile, wentOn, cameBack, lost);
    }

    /** Lets time pass, and answers the most memory that the relay had in it. */
    private static long pass(RelayProcess relay, int seconds) {
        long highest = 0;
        for (int i = 0; i < seconds; i++) {
            try {
                TimeUnit.SECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            highest = Math.max(highest, relay.residentBytes());
        }
        return highest;
    }
}
