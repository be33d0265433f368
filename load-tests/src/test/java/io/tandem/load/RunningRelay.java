package io.tandem.load;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tandem.load.peer.Peer;
import io.tandem.load.peer.RelayRest;
import io.tandem.load.peer.SimulatedAgent;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.bootstrap.AuditConfig;
import io.tandem.relay.bootstrap.Door;
import io.tandem.relay.bootstrap.HttpLimits;
import io.tandem.relay.bootstrap.RelayConfig;
import io.tandem.relay.bootstrap.RelayServer;
import io.tandem.relay.bootstrap.Transport;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.SessionLimits;
import io.tandem.relay.transport.longpoll.LongPollLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A relay in this process on a free port, with the brand "demo", and the peers' event loop. */
public final class RunningRelay implements AutoCloseable {
    public static final String ORIGIN = "https://shop.example";
    public static final String AGENT_SECRET = "a secret of the tests, of thirty-two bytes or more";
    private static final String ID_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int ID_LENGTH = 26;
    private static final int RELAY_LOOPS = 2;

    private final Brand brand =
            new Brand("demo", "Demo", Set.of(ORIGIN), Set.of(), List.of(), AgentSecret.of(AGENT_SECRET));
    private final AgentTokens tokens = new AgentTokens(new Brands(List.of(brand)), InstantSource.system());
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("peer", true), NioIoHandler.newFactory());
    private final AtomicInteger agents = new AtomicInteger();
    private final Random random = new Random();
    private final RelayServer server;
    private final RelayRest rest;
    private final InetSocketAddress address;

    /** With the product's bounds. */
    public RunningRelay() {
        this(CarrierLimits.DEFAULTS);
    }

    RunningRelay(CarrierLimits carrier) {
        this(HttpLimits.DEFAULTS, carrier, Budgets.DEFAULTS);
    }

    /** With other bounds of carriers, and other budgets. */
    public RunningRelay(CarrierLimits carrier, Budgets budgets) {
        this(HttpLimits.DEFAULTS, carrier, budgets);
    }

    /** With other bounds of HTTP. */
    public RunningRelay(HttpLimits http) {
        this(http, CarrierLimits.DEFAULTS, Budgets.DEFAULTS);
    }

    /**
     * With another entrance.
     *
     * @param way where everybody goes to get to the relay at an address
     */
    RunningRelay(Door door, SessionLimits limits, UnaryOperator<InetSocketAddress> way) {
        this(HttpLimits.DEFAULTS, CarrierLimits.DEFAULTS, Budgets.DEFAULTS, door, AuditConfig.NONE, limits, way);
    }

    /** That tells these what happens. */
    public RunningRelay(AuditConfig audit) {
        this(
                HttpLimits.DEFAULTS,
                CarrierLimits.DEFAULTS,
                Budgets.DEFAULTS,
                Door.PLAIN,
                audit,
                SessionLimits.DEFAULTS.howeverLate(),
                UnaryOperator.identity());
    }

    private RunningRelay(HttpLimits http, CarrierLimits carrier, Budgets budgets) {
        this(
                http,
                carrier,
                budgets,
                Door.PLAIN,
                AuditConfig.NONE,
                SessionLimits.DEFAULTS.howeverLate(),
                UnaryOperator.identity());
    }

    private RunningRelay(
            HttpLimits http,
            CarrierLimits carrier,
            Budgets budgets,
            Door door,
            AuditConfig audit,
            SessionLimits limits,
            UnaryOperator<InetSocketAddress> way) {
        RelayConfig config = new RelayConfig(
                "127.0.0.1",
                0,
                "test",
                RELAY_LOOPS,
                Arrays.asList(Transport.values()),
                Set.of(CarrierKind.values()),
                List.of(brand),
                http,
                carrier,
                LongPollLimits.DEFAULTS,
                limits,
                budgets,
                door,
                audit,
                Optional.empty(),
                Optional.empty());
        try {
            server = RelayServer.start(config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        address = way.apply(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        rest = new RelayRest(address);
    }

    /** Where clients go. */
    public InetSocketAddress address() {
        return address;
    }

    /** Its REST interface. */
    public RelayRest rest() {
        return rest;
    }

    /** A new session's id. */
    public String sessionId() {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_DIGITS.charAt(random.nextInt(ID_DIGITS.length())));
        }
        return id.toString();
    }

    /** A token of an agent who has nothing else to do. */
    public String freshToken() {
        String name = "agent-" + agents.incrementAndGet();
        return tokens.issue(new AgentIdentity(brand, name, name), Duration.ofMinutes(5));
    }

    SimulatedTag tag(String sessionId) {
        return tag(sessionId, CarrierKind.WEBSOCKET);
    }

    SimulatedTag tag(String sessionId, CarrierKind carrier) {
        return tag(sessionId, carrier, address());
    }

    private SimulatedTag tag(String sessionId, CarrierKind carrier, InetSocketAddress at) {
        return SimulatedTag.open(carrier, loops, at, sessionId, ORIGIN, brand.key());
    }

    SimulatedTag reload(SimulatedTag tag, String sessionId, CarrierKind carrier) {
        return tag.reload(carrier, loops, address(), sessionId, ORIGIN, brand.key());
    }

    /** An agent of their own for the session, whose consumer has not answered yet. */
    public SimulatedAgent inviting(String sessionId, String mode) {
        return inviting(sessionId, mode, CarrierKind.WEBSOCKET);
    }

    SimulatedAgent inviting(String sessionId, String mode, CarrierKind carrier) {
        return inviting(sessionId, mode, carrier, address());
    }

    private SimulatedAgent inviting(String sessionId, String mode, CarrierKind carrier, InetSocketAddress at) {
        return SimulatedAgent.open(carrier, loops, at, sessionId, null, invite(sessionId, mode));
    }

    /** The grant of an agent of their own, who has not come yet. */
    String invite(String sessionId, String mode) {
        RelayRest.Answer answer = rest.invite(freshToken(), sessionId, mode);
        if (answer.status() != 201) {
            throw new IllegalStateException("not invited: " + answer);
        }
        return answer.json().text("grant");
    }

    /** A connection that has said nothing. */
    Peer peer(String sessionId, CarrierKind carrier) {
        return Peer.connect(carrier, loops, address(), sessionId, ORIGIN);
    }

    /** Consumer and agent in an active session. */
    public Pair pair(String mode) {
        return pair(mode, Riding.WEBSOCKET);
    }

    Pair pair(String mode, Riding riding) {
        return pair(mode, riding, address());
    }

    /** The same, whose connections go to another address, behind which this relay is. */
    public Pair pair(String mode, Riding riding, InetSocketAddress at) {
        String sessionId = sessionId();
        SimulatedTag tag = tag(sessionId, riding.tag(), at);
        SimulatedAgent agent = inviting(sessionId, mode, riding.agent(), at);
        tag.answerInvitation(true);
        agent.awaitActive();
        return new Pair(sessionId, tag, agent);
    }

    /** The two ends of a session. */
    public record Pair(String sessionId, SimulatedTag tag, SimulatedAgent agent) implements AutoCloseable {
        @Override
        public void close() {
            tag.close();
            agent.close();
        }
    }

    void stop() {
        server.close();
    }

    @Override
    public void close() {
        stop();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
