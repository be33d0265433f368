package io.tandem.relay.bootstrap;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.cluster.local.LocalPhoneCodes;
import io.tandem.relay.cluster.local.LocalSessionDirectory;
import io.tandem.relay.frame.Lz4Payload;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.metering.RelayMeters;
import io.tandem.relay.session.GuessLimits;
import io.tandem.relay.session.MeterTags;
import io.tandem.relay.session.SessionLoops;
import io.tandem.relay.session.SessionServices;
import io.tandem.relay.session.Sessions;
import io.tandem.relay.transport.http.HttpService;
import io.tandem.relay.transport.http.OperationEndpoints;
import io.tandem.relay.transport.longpoll.LongPoll;
import io.tandem.relay.transport.websocket.ChannelUpgrade;
import io.tandem.relay.transport.websocket.WebSocketConnections;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One relay process, put together from its parts. Started once and stopped once, from outside its event loops. */
public final class RelayServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RelayServer.class);

    /** A connection that waits longer than this to be accepted is better off with another node. */
    private static final int ACCEPT_BACKLOG = 1024;

    /** One connection's reads, of 64 KiB at most, before the others have their turn. In all 256 KiB, as much as may be on its way to a client. */
    private static final int READS_PER_TURN = 4;

    /**
     * What the kernel may keep for a client, besides what waits in the relay: enough for 10 Mbit/s over 200 ms. By itself Linux takes up to 4 MiB
     * for each, where pointer frames would wait behind seconds of the page.
     */
    private static final int KERNEL_SEND_BYTES = 256 << 10;

    /** Who reads the demo's folder of pages, and makes what monitors ask for. */
    private static final int BLOCKING_THREADS = 2;

    /** Who does not fetch its close within the time for it is given up then: what waits for that waits a little longer. */
    private static final long TIMER_SLACK_MILLIS = 500;

    /** How long the event loops may finish what they have begun. */
    private static final long LOOP_STOP_MILLIS = 2_000;

    private final RelayConfig config;
    private final Transport transport;
    private final EventLoopGroup loops;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final WebSocketConnections webSockets = new WebSocketConnections();
    private final PrometheusMeterRegistry meters;
    private final RelayMeters relayMeters;
    private final MachineMeters machine;
    private final Auditing audit;
    private final ExecutorService blocking;
    private final Housekeeping housekeeping = new Housekeeping();
    private final ServedBrands served;
    private final Entrance entrance;
    private final SessionLoops sessionLoops;
    private final Sessions sessions;
    private final LongPoll longPoll;
    private final Channel listener;

    /** Of the operations, where they have one of their own. */
    private final Optional<Channel> operationsListener;

    private volatile boolean stopping;

    private RelayServer(RelayConfig config, PrometheusMeterRegistry meters) throws IOException {
        this.config = config;
        this.meters = meters;
        this.entrance = new Entrance(config.door(), config.http().headerMillis());
        housekeeping.add("the certificate", entrance::look);
        this.transport = Transport.choose(config.transports());
        this.loops = new MultiThreadIoEventLoopGroup(
                config.eventLoops(), new DefaultThreadFactory("relay"), transport.ioHandlers());
        this.blocking = BackgroundThreads.start(BLOCKING_THREADS, "blocking");
        this.audit = Auditing.start(config, meters);
        this.relayMeters = new RelayMeters(meters, MeterTags.all());
        this.served = new ServedBrands(config.brands(), config.metering(), relayMeters, housekeeping);
        relayMeters.limitSessions(config.session().sessionsPerNode());
        this.machine = new MachineMeters(meters);
        this.sessionLoops = new SessionLoops(loops, relayMeters, Ticker.systemTicker(), config.session());
        sessionLoops.watch();
        relayMeters.measureLoops(sessionLoops::lagNanos, sessionLoops::loopsBehind);
        Secrets secrets = Auditing.secrets();
        this.sessions = sessions(secrets);
        this.longPoll = new LongPoll(new LongPoll.Parts(
                sessions, sessionLoops, secrets, config.carrier(), config.longPoll(), config.carriers()));
        MemoryGauges.register(
                meters, connections, webSockets, longPoll, config.carrier().resumeBytes());
        OperationEndpoints operations =
                OperationEndpoints.of(() -> !stopping && !sessions.isDraining(), meters::scrape, blocking);
        HttpService http = http(config.operations().isPresent() ? operations.withoutMeters() : operations);
        this.listener = listen(
                config.host(),
                config.port(),
                new ConnectionPipeline(
                        connections,
                        entrance,
                        config.http(),
                        longPoll::forConnection,
                        () -> new ChannelUpgrade(
                                sessions, this::homeLoop, config.carrier(), config.carriers(), webSockets),
                        http::addTo));
        this.operationsListener = operationsListener(operations);
    }

    /**
     * Starts a relay and answers when it accepts connections.
     *
     * @throws IOException if the address cannot be listened on
     */
    public static RelayServer start(RelayConfig config) throws IOException {
        return start(config, new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    }

    /** The same with these meters, which are the relay's from then on. */
    static RelayServer start(RelayConfig config, PrometheusMeterRegistry meters) throws IOException {
        Lz4Payload.load();
        RelayServer server = new RelayServer(config, meters);
        log.atInfo()
                .addKeyValue("host", config.host())
                .addKeyValue("port", server.port())
                .addKeyValue("transport", server.transport.label())
                .addKeyValue("tls", config.door().tls().isPresent())
                .addKeyValue("eventLoops", config.eventLoops())
                .log("the relay accepts connections over {}", server.transport.label());
        if (config.demo().isPresent()) {
            log.warn("DEMO MODE: whoever reaches this relay gets an agent's token by asking for it");
        }
        return server;
    }

    private Sessions sessions(Secrets secrets) {
        SessionServices services = new SessionServices(
                config.node(),
                served::brands,
                new LocalSessionDirectory(Ticker.systemTicker()),
                new LocalPhoneCodes(GuessLimits.DEFAULTS.codesPerBrand(), secrets, Ticker.systemTicker()),
                GuessLimits.DEFAULTS,
                secrets,
                relayMeters,
                audit.sink(),
                Ticker.systemTicker(),
                config.session(),
                served::budgets);
        return new Sessions(services, sessionLoops);
    }

    private Optional<Channel> operationsListener(OperationEndpoints operations) throws IOException {
        if (config.operations().isEmpty()) {
            return Optional.empty();
        }
        RelayConfig.Operations where = config.operations().get();
        try {
            return Optional.of(
                    listen(where.host(), where.port(), new OperationsPipeline(connections, config.http(), operations)));
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    private HttpService http(OperationEndpoints operations) {
        HttpService.Parts parts =
                new HttpService.Parts(sessions, served::brands, served.tokens(), operations, Ticker.systemTicker());
        Brand demoBrand = served.brands().find(RelayConfig.DEMO_BRAND);
        return new HttpService(
                parts,
                demoBrand == null
                        ? null
                        : config.demo()
                                .map(demo -> new HttpService.Demo(
                                        demoBrand, demo.site().orElse(null), blocking))
                                .orElse(null));
    }

    private Channel listen(String host, int port, ChannelHandler pipeline) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_SNDBUF, KERNEL_SEND_BYTES)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(READS_PER_TURN))
                .childHandler(pipeline);
        var bound = bootstrap.bind(host, port).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            // Nobody has a relay to close, and who tries again would leave more behind each time.
            loops.shutdownGracefully(0, LOOP_STOP_MILLIS, TimeUnit.MILLISECONDS);
            audit.close(0);
            stopThreadsAndMeters();
            throw new IOException(
                    "cannot listen on " + host + ":" + port + ": "
                            + String.valueOf(bound.cause().getMessage()),
                    bound.cause());
        }
        return bound.channel();
    }

    /**
     * Reads the configuration again from here on, when its file has changed and when SIGHUP comes.
     *
     * @param file from which it was started, or none
     */
    public void followConfiguration(Optional<Path> file, Map<String, String> environment) {
        ConfigReload reload = new ConfigReload(file, environment, this::reload, relayMeters::configurationRead);
        housekeeping.add("the configuration", reload::look);
        if (!HangupSignal.handle(() -> housekeeping.run("the configuration", reload::readAgain))) {
            log.info("there is no SIGHUP here: the configuration is read again when its file changes");
        }
    }

    /**
     * Serves the brands of this configuration from now on, with their budgets. Sessions go on as they began, but for those of a brand, or of an
     * origin, that is served no more: they end. What else differs takes a restart, which the log says. Blocks; not for an event loop.
     */
    public void reload(RelayConfig fresh) {
        served.replace(fresh.brands(), fresh.metering());
        sessions.endUnserved();
        List<String> later = config.differencesFrom(fresh);
        if (!later.isEmpty()) {
            log.warn("changed in the configuration, and not before a restart: {}", String.join(", ", later));
        }
    }

    /** Sessions live on the loops that serve connections. */
    private EventLoop homeLoop(String sessionId) {
        return (EventLoop) sessionLoops.executor(sessionId);
    }

    /** The port that is listened on. */
    public int port() {
        return port(listener);
    }

    /** The port of the operations: their own where they have one. */
    public int operationsPort() {
        return port(operationsListener.orElse(listener));
    }

    private static int port(Channel listening) {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /**
     * Stops: no connection is accepted any more, everybody is told, and connections get the time of a closing handshake to
     * end. Blocks; never called on an event loop.
     */
    @Override
    public void close() {
        stopping = true;
        listener.close().awaitUninterruptibly(LOOP_STOP_MILLIS);
        operationsListener.ifPresent(Channel::close);
        await(sessions.stop().toCompletableFuture());
        connections.forEach(ChannelUpgrade::goAway);
        CompletableFuture<Void> webSocketsEnded = webSockets.goAway().toCompletableFuture();
        // Clients that poll fetch their close with the next request; then plain connections are good for nothing.
        await(longPoll.stop().toCompletableFuture());
        connections.forEach(RelayServer::closeUnlessChannel);
        // Clients answer the close frames that the sessions sent; whoever has not by the deadline is cut.
        await(webSocketsEnded);
        connections.newCloseFuture().awaitUninterruptibly(config.carrier().closeMillis());
        await(webSockets.goAway().toCompletableFuture());
        webSockets.cut();
        connections.close().awaitUninterruptibly(LOOP_STOP_MILLIS);
        loops.shutdownGracefully(0, LOOP_STOP_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        audit.close(config.carrier().closeMillis());
        stopThreadsAndMeters();
        log.info("the relay has stopped");
    }

    private void stopThreadsAndMeters() {
        blocking.shutdownNow();
        housekeeping.close();
        served.close();
        entrance.close();
        machine.close();
        meters.close();
    }

    private static void closeUnlessChannel(Channel connection) {
        if (!ChannelUpgrade.isUpgraded(connection)) {
            connection.close();
        }
    }

    private void await(CompletableFuture<?> stopped) {
        try {
            stopped.get(config.carrier().closeMillis() + TIMER_SLACK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("not everybody could be told that the node stops", e);
        }
    }
}
