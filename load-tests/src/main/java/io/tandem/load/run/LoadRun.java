package io.tandem.load.run;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategyFactory;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.LoadSession;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Offers a plan's load to a relay and measures what comes of it. Blocks its caller for as long as the plan takes; used once. */
public final class LoadRun implements AutoCloseable {
    /** Sessions that are being opened at one time: more would wait for each other. */
    private static final int OPENING_AT_ONCE = 64;

    /** What one connection reads at once. */
    private static final int READ_BYTES = 64 << 10;

    private static final int CONNECT_MILLIS = 10_000;
    private static final long PAIRED_WITHIN_SECONDS = 60;

    /** What is on its way when the load stops has so long to come. */
    private static final int SETTLED_WITHIN_SECONDS = 15;

    private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** From the last session's being paired to the first frame. */
    private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** Each loopback address is a source of its own: 127.0.0.1, 127.0.0.2 and so on. */
    private static final int ADDRESSES_MOST = 200;

    private final LoadPlan plan;
    private final OptionalLong relayPid;
    private final Consumer<String> progress;
    private final MultiThreadIoEventLoopGroup group;
    private final List<LoadLoop> loops = new ArrayList<>();
    private final Bootstrap bootstrap;
    private final Meeting meeting;

    /**
     * Prepares a run.
     *
     * @param meeting how sessions are opened
     * @param relayPid the relay's process, where it is one of this machine
     * @param progress is told a line now and then
     */
    public LoadRun(LoadPlan plan, Meeting meeting, OptionalLong relayPid, Consumer<String> progress) {
        this.plan = plan;
        this.meeting = meeting;
        this.relayPid = relayPid;
        this.progress = progress;
        SelectStrategyFactory strategy =
                plan.spins() ? () -> (selectNow, hasTasks) -> selectNow.get() : DefaultSelectStrategyFactory.INSTANCE;
        this.group = new MultiThreadIoEventLoopGroup(
                plan.loops(),
                new DefaultThreadFactory("load", true),
                NioIoHandler.newFactory(SelectorProvider.provider(), strategy));
        for (EventExecutor loop : group) {
            loops.add(new LoadLoop((EventLoop) loop));
        }
        this.bootstrap = new Bootstrap()
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES));
    }

    /** Opens, warms up, measures, and waits for the rest. */
    public Outcome run() throws InterruptedException {
        Outcome.Setting setting = new Outcome.Setting(
                Instant.now(), meeting.words(), Runtime.getRuntime().availableProcessors());
        List<LoadSession> sessions = open();
        progress.accept(sessions.size() + " of " + plan.pairs() + " sessions are paired");
        long start = System.nanoTime() + START_NANOS;
        long from = start + TimeUnit.SECONDS.toNanos(plan.warmUpSeconds());
        long until = from + TimeUnit.SECONDS.toNanos(plan.seconds());
        loops.forEach(loop -> loop.measure(from, until));
        sessions.forEach(session -> session.start(start));

        sleepUntil(from);
        Measurement measurement = new Measurement(loops, relayPid);
        for (long next = from + SAMPLE_NANOS; next - until <= 0; next += SAMPLE_NANOS) {
            sleepUntil(next);
            tell(sessions.size(), measurement.sample());
        }
        settle(sessions);
        measurement.takeRest();
        return measurement.outcome(plan, setting, sessions.size());
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

    // Opening.

    private List<LoadSession> open() throws InterruptedException {
        Semaphore opening = new Semaphore(OPENING_AT_ONCE);
        List<CompletableFuture<LoadSession>> opened = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < plan.pairs(); i++) {
            opening.acquire();
            sleepUntil(began + TimeUnit.SECONDS.toNanos(i) / plan.pairsPerSecond());
            LoadSession session = open(i);
            opened.add(session.paired()
                    .orTimeout(PAIRED_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .whenComplete((paired, fault) -> {
                        opening.release();
                        if (fault instanceof TimeoutException) {
                            session.giveUp("not within " + PAIRED_WITHIN_SECONDS + " s");
                        }
                    }));
        }
        List<LoadSession> sessions = new ArrayList<>();
        for (CompletableFuture<LoadSession> paired : opened) {
            LoadSession session = paired.exceptionally(notPaired -> null).join();
            if (session != null) {
                sessions.add(session);
            }
        }
        return sessions;
    }

    private LoadSession open(int number) {
        LoadLoop loop = loops.get(number % loops.size());
        Meeting.Appointment appointment = new Meeting.Appointment(
                number,
                ThreadLocalRandom.current().nextDouble(),
                plan.recordings().get(number % plan.recordings().size()),
                source(number));
        return meeting.open(loop, bootstrap.clone(loop.executor()), appointment);
    }

    private @Nullable SocketAddress source(int number) {
        int addresses = Math.min(plan.sourceAddresses(), ADDRESSES_MOST);
        return addresses <= 1 ? null : new InetSocketAddress("127.0.0." + (1 + number % addresses), 0);
    }

    // Measuring.

    private static void sleepUntil(long nanos) throws InterruptedException {
        long left = nanos - System.nanoTime();
        if (left > 0) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }

    private void settle(List<LoadSession> sessions) throws InterruptedException {
        sessions.forEach(LoadSession::quiet);
        for (int i = 0; i < SETTLED_WITHIN_SECONDS * 10; i++) {
            TimeUnit.MILLISECONDS.sleep(100);
            List<CompletableFuture<Boolean>> settled =
                    sessions.stream().map(LoadSession::settled).toList();
            if (settled.stream().allMatch(CompletableFuture::join)) {
                break;
            }
        }
        sessions.stream().map(LoadSession::finish).toList().forEach(CompletableFuture::join);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
