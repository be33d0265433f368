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
import io.tandem.load.engine.Desk;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.LoopFigures;
import io.tandem.load.engine.PollWire;
import io.tandem.load.engine.TandemSession;
import io.tandem.load.engine.WebSocketWire;
import io.tandem.load.engine.Wire;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Brands;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
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

    /** From the last session's being paired to the first frame. */
    private static final long START_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final String ID_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int ID_LENGTH = 26;

    /** Each loopback address is a source of its own: 127.0.0.1, 127.0.0.2 and so on. */
    private static final int ADDRESSES_MOST = 200;

    private final LoadPlan plan;
    private final OptionalLong relayPid;
    private final Consumer<String> progress;
    private final MultiThreadIoEventLoopGroup group;
    private final List<LoadLoop> loops = new ArrayList<>();
    private final ExecutorService http = Executors.newFixedThreadPool(2, new DefaultThreadFactory("load-rest", true));
    private final Bootstrap bootstrap;
    private final Desk desk;

    /**
     * Prepares a run.
     *
     * @param relayPid the relay's process, where it is one of this machine
     * @param progress is told a line now and then
     */
    public LoadRun(LoadPlan plan, OptionalLong relayPid, Consumer<String> progress) {
        this.plan = plan;
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
        Brand brand = new Brand(
                plan.brand(),
                plan.brand(),
                Set.of(plan.origin()),
                Set.of(),
                List.of(),
                AgentSecret.of(plan.agentSecret()));
        this.desk = new Desk(
                plan.relay(), brand, new AgentTokens(new Brands(List.of(brand)), InstantSource.system()), http);
    }

    /** Opens, warms up, measures, and waits for the rest. */
    public Outcome run() throws InterruptedException {
        List<TandemSession> sessions = open();
        progress.accept(sessions.size() + " of " + plan.pairs() + " sessions are paired");
        long start = System.nanoTime() + START_NANOS;
        long from = start + TimeUnit.SECONDS.toNanos(plan.warmUpSeconds());
        long until = from + TimeUnit.SECONDS.toNanos(plan.seconds());
        loops.forEach(loop -> loop.measure(from, until));
        sessions.forEach(session -> session.start(start));

        sleepUntil(from);
        LoopFigures before = figures();
        Optional<ProcessFigures> costBefore = cost();
        long began = System.nanoTime();
        watch(until);
        LoopFigures after = figures();
        Optional<ProcessFigures> costAfter = cost();
        double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);

        settle(sessions);
        return outcome(sessions.size(), seconds, before, after, costBefore, costAfter);
    }

    private Optional<ProcessFigures> cost() {
        return relayPid.isPresent() ? Optional.of(ProcessFigures.of(relayPid.getAsLong())) : Optional.empty();
    }

    // Opening.

    private List<TandemSession> open() throws InterruptedException {
        Semaphore opening = new Semaphore(OPENING_AT_ONCE);
        List<CompletableFuture<TandemSession>> opened = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < plan.pairs(); i++) {
            opening.acquire();
            sleepUntil(began + TimeUnit.SECONDS.toNanos(i) / plan.pairsPerSecond());
            CompletableFuture<TandemSession> paired = open(i).paired();
            paired.orTimeout(PAIRED_WITHIN_SECONDS, TimeUnit.SECONDS)
                    .whenComplete((session, fault) -> opening.release());
            opened.add(paired);
        }
        List<TandemSession> sessions = new ArrayList<>();
        for (CompletableFuture<TandemSession> paired : opened) {
            TandemSession session = paired.exceptionally(notPaired -> null).join();
            if (session != null) {
                sessions.add(session);
            }
        }
        return sessions;
    }

    private TandemSession open(int number) {
        LoadLoop loop = loops.get(number % loops.size());
        boolean webSocket = share(number, plan.webSocketShare());
        boolean viewOnly = share(number, plan.viewOnlyShare());
        TandemSession.Plan session = new TandemSession.Plan(
                number,
                sessionId(),
                plan.brand(),
                plan.origin(),
                viewOnly ? "view-only" : "shared",
                plan.recordings().get(number % plan.recordings().size()),
                ThreadLocalRandom.current().nextDouble());
        Bootstrap onLoop = bootstrap.clone(loop.executor());
        return TandemSession.open(
                loop,
                session,
                (id, origin, listener) -> connect(onLoop, number, webSocket, id, origin, listener),
                desk);
    }

    /** Spreads a share evenly over the sessions: of ten, those with the lowest last digits. */
    private static boolean share(int number, double share) {
        return number * 7 % 100 < Math.round(share * 100);
    }

    private Wire connect(
            Bootstrap onLoop,
            int number,
            boolean webSocket,
            String sessionId,
            @Nullable String origin,
            Wire.Listener listener) {
        SocketAddress from = source(number);
        return webSocket
                ? WebSocketWire.connect(
                        onLoop,
                        plan.relay(),
                        from,
                        new WebSocketWire.Target("/v1/sessions/" + sessionId + "/channel", "tandem.v1", origin),
                        listener)
                : PollWire.connect(onLoop, plan.relay(), from, sessionId, origin, listener);
    }

    private @Nullable SocketAddress source(int number) {
        int addresses = Math.min(plan.sourceAddresses(), ADDRESSES_MOST);
        return addresses <= 1 ? null : new InetSocketAddress("127.0.0." + (1 + number % addresses), 0);
    }

    private static String sessionId() {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_DIGITS.charAt(ThreadLocalRandom.current().nextInt(ID_DIGITS.length())));
        }
        return id.toString();
    }

    // Measuring.

    private void watch(long untilNanos) throws InterruptedException {
        LoopFigures last = figures();
        long lastNanos = System.nanoTime();
        while (untilNanos - System.nanoTime() > 0) {
            sleepUntil(Math.min(untilNanos, System.nanoTime() + TimeUnit.SECONDS.toNanos(1)));
            LoopFigures now = figures();
            long nanos = System.nanoTime();
            double rate = (now.received() - last.received()) * 1e9 / Math.max(1, nanos - lastNanos);
            progress.accept(String.format("%d pairs, %.0f frames/s, %d faults", now.active(), rate, now.faultCount()));
            last = now;
            lastNanos = nanos;
        }
    }

    private LoopFigures figures() {
        return loops.stream().map(LoadLoop::figures).reduce(LoopFigures::plus).orElseThrow();
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        long left = nanos - System.nanoTime();
        if (left > 0) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }

    private void settle(List<TandemSession> sessions) throws InterruptedException {
        sessions.forEach(TandemSession::quiet);
        for (int i = 0; i < SETTLED_WITHIN_SECONDS * 10; i++) {
            TimeUnit.MILLISECONDS.sleep(100);
            List<CompletableFuture<Boolean>> settled =
                    sessions.stream().map(TandemSession::settled).toList();
            if (settled.stream().allMatch(CompletableFuture::join)) {
                break;
            }
        }
        sessions.stream().map(TandemSession::finish).toList().forEach(CompletableFuture::join);
        // The figures are published a moment later.
        TimeUnit.MILLISECONDS.sleep(500);
    }

    private Outcome outcome(
            int paired,
            double seconds,
            LoopFigures before,
            LoopFigures after,
            Optional<ProcessFigures> costBefore,
            Optional<ProcessFigures> costAfter) {
        long frames = after.received() - before.received();
        LoopFigures last = figures();
        Optional<Outcome.RelayCost> cost = costBefore.flatMap(first -> costAfter.map(then -> {
            double cpu = then.cpuSeconds() - first.cpuSeconds();
            return new Outcome.RelayCost(cpu / seconds, cpu / Math.max(1, frames) * 1e6, then.residentBytes());
        }));
        return new Outcome(
                plan,
                paired,
                seconds,
                frames / seconds,
                (after.receivedBytes() - before.receivedBytes()) * 8 / seconds,
                percentiles(LoadLoop::endToEnd),
                percentiles(LoadLoop::throughRelay),
                percentiles(LoadLoop::verdicts),
                percentiles(LoadLoop::lateness),
                last.collapsed(),
                last.faults(),
                String.join(
                        "\n",
                        loops.stream()
                                .map(LoadLoop::faultLines)
                                .filter(text -> !text.isEmpty())
                                .toList()),
                cost);
    }

    private Percentiles percentiles(Function<LoadLoop, SingleWriterRecorder> which) {
        Histogram all = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        loops.forEach(loop -> all.add(which.apply(loop).getIntervalHistogram()));
        return Percentiles.of(all);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
        http.shutdownNow();
    }
}
