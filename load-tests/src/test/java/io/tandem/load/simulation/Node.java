package io.tandem.load.simulation;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.cluster.local.LocalPhoneCodes;
import io.tandem.relay.cluster.local.LocalSessionDirectory;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.metering.RelayMeters;
import io.tandem.relay.session.AuditSink;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelIngress;
import io.tandem.relay.session.ChannelRequest;
import io.tandem.relay.session.GuessLimits;
import io.tandem.relay.session.InviteOutcome;
import io.tandem.relay.session.MeterTags;
import io.tandem.relay.session.Outlet;
import io.tandem.relay.session.SessionLimits;
import io.tandem.relay.session.SessionLoops;
import io.tandem.relay.session.SessionServices;
import io.tandem.relay.session.SessionView;
import io.tandem.relay.session.Sessions;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A relay's node: the real sessions on a loop whose clock is the world's. A restarted one is another, and knows nothing. */
final class Node {
    static final String ORIGIN = "https://shop.example";
    static final Brand BRAND = new Brand(
            "demo",
            "Demo",
            Set.of(ORIGIN),
            Set.of(),
            List.of(),
            AgentSecret.of("a secret of the simulation, of thirty-two bytes or more"));

    private static final InetSocketAddress REMOTE = InetSocketAddress.createUnresolved("client", 1);

    /** One for all worlds of a thread: what is counted is nobody's concern here. */
    private static final ThreadLocal<RelayMeters> METERS =
            ThreadLocal.withInitial(() -> new RelayMeters(new SimpleMeterRegistry(), MeterTags.all()));

    private static final Brands BRANDS = new Brands(List.of(BRAND));
    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel loop =
            EmbeddedChannel.builder().ticker(ticker).build();
    private final Sessions sessions;
    private long nowMillis;
    private boolean up = true;

    Node(Chance chance) {
        Secrets secrets = new Secrets(chance.forSecrets());
        SessionServices services = new SessionServices(
                "node-1",
                () -> BRANDS,
                new LocalSessionDirectory(ticker),
                new LocalPhoneCodes(GuessLimits.DEFAULTS.codesPerBrand(), secrets, ticker),
                GuessLimits.DEFAULTS,
                secrets,
                METERS.get(),
                AuditSink.NONE,
                ticker,
                SessionLimits.DEFAULTS,
                () -> Budgets.DEFAULTS);
        sessions = new Sessions(
                services, new SessionLoops(loop.eventLoop(), METERS.get(), ticker, SessionLimits.DEFAULTS));
    }

    boolean isUp() {
        return up;
    }

    void stop() {
        up = false;
    }

    /** Lets time pass until now, and happen what was due. */
    void settle(long untilMillis) {
        ticker.advance(untilMillis - nowMillis, TimeUnit.MILLISECONDS);
        nowMillis = untilMillis;
        loop.runPendingTasks();
    }

    ChannelIngress open(String sessionId, Outlet outlet) {
        return sessions.open(new ChannelRequest(sessionId, CarrierKind.WEBSOCKET, ORIGIN, REMOTE), outlet);
    }

    @Nullable
    SessionView find(String sessionId) {
        return sessions.find(BRAND, sessionId).orElse(null);
    }

    /** Invites for an agent; the grant, or null where it is too early. */
    @Nullable
    String invite(int agent, String sessionId, Mode mode) {
        AgentIdentity identity = new AgentIdentity(BRAND, "agent-" + agent, "Agent");
        var asked = sessions.invite(identity, sessionId, mode).toCompletableFuture();
        loop.runPendingTasks();
        return asked.getNow(null) instanceof InviteOutcome.Invited invited ? invited.grant() : null;
    }
}
