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
import io.tandem.load.engine.Traffic;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The event loops of a plan and the sessions on them. Its methods block; one thread calls them. */
final class Generator implements AutoCloseable {
    /** What one connection reads at once. */
    private static final int READ_BYTES = 64 << 10;

    private static final int CONNECT_MILLIS = 10_000;
    private static final long PAIRED_WITHIN_SECONDS = 60;

    /** What is on its way when the load stops has so long to come. */
    private static final int SETTLED_WITHIN_SECONDS = 15;

    private static final int LOOKS_PER_SECOND = 10;

    /** Each loopback address is a source of its own: 127.0.0.1, 127.0.0.2 and so on. */
    private static final int ADDRESSES_MOST = 200;

    private final LoadPlan plan;
    private final Meeting meeting;
    private final MultiThreadIoEventLoopGroup group;
    private final List<LoadLoop> loops = new ArrayList<>();
    private final Bootstrap bootstrap;
    private final Histogram pairing = new ConcurrentHistogram(LoadLoop.HIGHEST_NANOS, LoadLoop.DIGITS);

    Generator(LoadPlan plan, Meeting meeting) {
        this.plan = plan;
        this.meeting = meeting;
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

    List<LoadLoop> loops() {
        return loops;
    }

    /** How long sessions took from the first connection's beginning until both ends could speak, in nanoseconds. */
    Histogram pairing() {
        return pairing;
    }

    /** Opens all sessions; those that did not become pairs are left out, and counted as faults. */
    List<LoadSession> open() throws InterruptedException {
        return open(meeting, 0);
    }

    /** As many elsewhere, whose numbers begin so much later. */
    List<LoadSession> open(Meeting elsewhere, int later) throws InterruptedException {
        Semaphore opening = new Semaphore(plan.opening().atOnce());
        List<CompletableFuture<LoadSession>> opened = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < plan.pairs(); i++) {
            opening.acquire();
            sleepUntil(began + TimeUnit.SECONDS.toNanos(i) / plan.opening().perSecond());
            long asked = System.nanoTime();
            LoadSession session = openAt(elsewhere, plan.opening().firstNumber() + later + i);
            opened.add(session.paired()
                    .orTimeout(PAIRED_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .whenComplete((paired, fault) -> {
                        opening.release();
                        if (fault == null) {
                            pairing.recordValue(Math.min(System.nanoTime() - asked, LoadLoop.HIGHEST_NANOS));
                        } else if (fault instanceof TimeoutException) {
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

    /** Begins to open one. */
    LoadSession open(int number) {
        return openAt(meeting, number);
    }

    private LoadSession openAt(Meeting at, int number) {
        LoadLoop loop = loops.get(number % loops.size());
        Meeting.Appointment appointment = new Meeting.Appointment(
                number,
                ThreadLocalRandom.current().nextDouble(),
                plan.recordings().get(number % plan.recordings().size()),
                source(number));
        return at.open(loop, bootstrap.clone(loop.executor()), appointment);
    }

    /** For connections of a loop that belong to no session. */
    Bootstrap bootstrap(LoadLoop loop) {
        return bootstrap.clone(loop.executor());
    }

    /** Where the connections of a number come from. */
    @Nullable
    SocketAddress source(int number) {
        int addresses = Math.min(plan.opening().sourceAddresses(), ADDRESSES_MOST);
        return addresses <= 1 ? null : new InetSocketAddress("127.0.0." + (1 + number % addresses), 0);
    }

    /** What each one's consumer has moved by now. */
    List<Traffic> traffic(List<LoadSession> sessions) {
        List<CompletableFuture<Traffic>> asked =
                sessions.stream().map(LoadSession::traffic).toList();
        return asked.stream().map(CompletableFuture::join).toList();
    }

    /** Has them send nothing more, and waits for what is on its way. */
    void settle(List<LoadSession> sessions) throws InterruptedException {
        sessions.forEach(LoadSession::quiet);
        for (int i = 0; i < SETTLED_WITHIN_SECONDS * LOOKS_PER_SECOND; i++) {
            TimeUnit.MILLISECONDS.sleep(TimeUnit.SECONDS.toMillis(1) / LOOKS_PER_SECOND);
            List<CompletableFuture<Boolean>> settled =
                    sessions.stream().map(LoadSession::settled).toList();
            if (settled.stream().allMatch(CompletableFuture::join)) {
                break;
            }
        }
    }

    /** Counts what has not come, and breaks the connections. */
    void finish(List<LoadSession> sessions) {
        sessions.stream().map(LoadSession::finish).toList().forEach(CompletableFuture::join);
    }

    static void sleepUntil(long nanos) throws InterruptedException {
        long left = nanos - System.nanoTime();
        if (left > 0) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
