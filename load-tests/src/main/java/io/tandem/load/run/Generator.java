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
import io.tandem.load.engine.Fault;
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
import java.util.function.Function;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/** The event loops of a plan and the sessions on them. Its methods block; one thread calls them. */
final class Generator implements AutoCloseable {
    /** What one connection reads at once. */
    private static final int READ_BYTES = 64 << 10;

    private static final int CONNECT_MILLIS = 10_000;
    private static final long PAIRED_WITHIN_SECONDS = 60;

    /** What is on its way when the load stops has so long to come. */
    static final int SETTLED_WITHIN_SECONDS = 15;

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
        this(plan, meeting, threads(plan));
    }

    private Generator(LoadPlan plan, Meeting meeting, MultiThreadIoEventLoopGroup group) {
        this.plan = plan;
        this.meeting = meeting;
        this.group = group;
        for (EventExecutor loop : group) {
            loops.add(new LoadLoop((EventLoop) loop));
        }
        this.bootstrap = new Bootstrap()
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES));
    }

    private static MultiThreadIoEventLoopGroup threads(LoadPlan plan) {
        SelectStrategyFactory strategy =
                plan.spins() ? () -> (selectNow, hasTasks) -> selectNow.get() : DefaultSelectStrategyFactory.INSTANCE;
        return new MultiThreadIoEventLoopGroup(
                plan.loops(),
                new DefaultThreadFactory("load", true),
                NioIoHandler.newFactory(SelectorProvider.provider(), strategy));
    }

    /**
     * Another on the threads of this one, with which it is closed: what its sessions count and measure is nobody else's.
     *
     * @param later by how much its sessions' numbers begin later
     */
    Generator beside(Meeting other, int later) {
        return new Generator(plan.numberedLater(later), other, group);
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
        Semaphore opening = new Semaphore(plan.opening().atOnce());
        List<CompletableFuture<LoadSession>> opened = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < plan.pairs(); i++) {
            opening.acquire();
            sleepUntil(began + TimeUnit.SECONDS.toNanos(i) / plan.opening().perSecond());
            long asked = System.nanoTime();
            LoadSession session = open(plan.opening().firstNumber() + i);
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
        LoadLoop loop = loops.get(number % loops.size());
        Meeting.Appointment appointment = new Meeting.Appointment(
                number,
                ThreadLocalRandom.current().nextDouble(),
                plan.recordings().get(number % plan.recordings().size()),
                source(number));
        return meeting.open(loop, bootstrap.clone(loop.executor()), appointment);
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

    /** Measures what is due from one moment to another: what was due before and comes now is no part of it. Said before it begins. */
    void measure(long fromNanos, long untilNanos) {
        loops.stream().map(loop -> loop.measure(fromNanos, untilNanos)).toList().forEach(CompletableFuture::join);
    }

    /** What one of the loops' recorders have of what came since they were last asked. */
    Percentiles since(Function<LoadLoop, SingleWriterRecorder> which) {
        Histogram all = new Histogram(LoadLoop.HIGHEST_NANOS, LoadLoop.DIGITS);
        loops.forEach(loop -> all.add(which.apply(loop).getIntervalHistogram()));
        return Percentiles.of(all);
    }

    /** Has them send nothing more, and waits for what is on its way; it is a fault where that takes too long, and false. */
    boolean settle(List<LoadSession> sessions) throws InterruptedException {
        return settle(sessions, SETTLED_WITHIN_SECONDS);
    }

    /** The same with another patience. */
    boolean settle(List<LoadSession> sessions, int withinSeconds) throws InterruptedException {
        sessions.forEach(LoadSession::quiet);
        long late = awaitSettled(sessions, withinSeconds);
        if (late > 0) {
            loops.get(0)
                    .report(
                            Fault.NOT_SETTLED,
                            late,
                            "frames of " + late + " sessions were on their way " + withinSeconds
                                    + " s after the last was due: no latency tells of them");
        }
        return late == 0;
    }

    /** Waits until nothing is on its way, or the time is over; of how many sessions something still is. */
    long awaitSettled(List<LoadSession> sessions, int withinSeconds) throws InterruptedException {
        long late = sessions.size();
        for (int i = 0; i < withinSeconds * LOOKS_PER_SECOND && late > 0; i++) {
            TimeUnit.MILLISECONDS.sleep(TimeUnit.SECONDS.toMillis(1) / LOOKS_PER_SECOND);
            List<CompletableFuture<Boolean>> settled =
                    sessions.stream().map(LoadSession::settled).toList();
            late = settled.stream().filter(each -> !each.join()).count();
        }
        return late;
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

    /** Ends its threads. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
