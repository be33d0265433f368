package io.tandem.load.run;

import io.netty.bootstrap.Bootstrap;
import io.tandem.load.engine.Desk;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.LoadSession;
import io.tandem.load.engine.PacedWire;
import io.tandem.load.engine.PollWire;
import io.tandem.load.engine.TandemSession;
import io.tandem.load.engine.WebSocketWire;
import io.tandem.load.engine.Wire;
import io.tandem.relay.bootstrap.BackgroundThreads;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Brands;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Sessions of the product: invited over REST, by agents of their own. */
public final class TandemMeeting implements Meeting, AutoCloseable {
    /**
     * Whose sessions.
     *
     * @param relay where it listens
     * @param brand the brand's key
     * @param origin of its pages
     * @param agentSecret what its agents' tokens are signed with
     * @param webSocketShare of the sessions, 0 to 1; the others poll
     * @param viewOnlyShare of the sessions, 0 to 1, in which actions have to be refused
     */
    public record Parts(
            InetSocketAddress relay,
            String brand,
            String origin,
            String agentSecret,
            double webSocketShare,
            double viewOnlyShare) {
        /** The same with another share of WebSockets. */
        public Parts withWebSocket(double share) {
            return new Parts(relay, brand, origin, agentSecret, share, viewOnlyShare);
        }

        /** On what the sessions ride and what they may do, for reports. */
        public String words() {
            return String.format(
                    Locale.ROOT,
                    "%.0f %% on WebSockets, %.0f %% polling; in %.0f %% of them the agent may only look on, and tries to act",
                    PARTS * webSocketShare,
                    PARTS * (1 - webSocketShare),
                    PARTS * viewOnlyShare);
        }
    }

    /**
     * How sessions go about it.
     *
     * @param resumes whether both ends come back when a connection breaks; it is a fault otherwise
     * @param heeds whether consumers who are turned away come again when they were told to
     * @param linkKbit of each consumer's uplink, in kbit/s; 0 for one without a bound
     */
    public record Ways(boolean resumes, boolean heeds, int linkKbit) {
        /** A broken connection is a fault, and no link has a bound. */
        public static final Ways USUAL = new Ways(false, true, 0);

        /** Both ends come back. */
        public static final Ways RESUMING = new Ways(true, true, 0);

        /** What is behind {@link Parts#words}, where there is anything to say. */
        public String words() {
            return linkKbit == 0 ? "" : "; each consumer's uplink has " + linkKbit + " kbit/s";
        }
    }

    private static final String ID_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int ID_LENGTH = 26;
    private static final int PARTS = 100;

    /** Enough to keep as many invitations on their way as sessions are opened at once. */
    private static final int REST_THREADS = 2;

    /** Not a divisor of {@link #PARTS}: neighbours are spread over all of it, and the two shares over each other. */
    private static final int WEB_SOCKET_STEP = 7;

    private static final int VIEW_ONLY_STEP = 13;

    private final ExecutorService http = BackgroundThreads.start(REST_THREADS, "load-rest");
    private final Parts parts;
    private final Ways ways;
    private final Desk desk;

    /** On this relay, of sessions in which a broken connection is a fault. */
    public TandemMeeting(Parts parts) {
        this(parts, Ways.USUAL);
    }

    /** On this relay, of sessions that go about it in these ways. */
    public TandemMeeting(Parts parts, Ways ways) {
        this.parts = parts;
        this.ways = ways;
        Brand brand = new Brand(
                parts.brand(),
                parts.brand(),
                Set.of(parts.origin()),
                Set.of(),
                List.of(),
                AgentSecret.of(parts.agentSecret()));
        this.desk = new Desk(
                parts.relay(), brand, new AgentTokens(new Brands(List.of(brand)), InstantSource.system()), http);
    }

    /** Begins to ask for the channel of a session that is not there yet; called on the loop of the bootstrap. */
    Wire knock(Bootstrap bootstrap, @Nullable SocketAddress from, Wire.Listener listener) {
        return connect(bootstrap, true, from, sessionId(), parts.origin(), listener);
    }

    @Override
    public LoadSession open(LoadLoop loop, Bootstrap bootstrap, Appointment appointment) {
        int number = appointment.number();
        boolean webSocket = isIn(number * WEB_SOCKET_STEP, parts.webSocketShare());
        boolean viewOnly = isIn(number * VIEW_ONLY_STEP, parts.viewOnlyShare());
        TandemSession.Plan plan = new TandemSession.Plan(
                number,
                sessionId(),
                parts.brand(),
                parts.origin(),
                viewOnly ? "view-only" : "shared",
                appointment.recording(),
                appointment.phase(),
                ways.resumes(),
                ways.heeds());
        return TandemSession.open(
                loop,
                plan,
                (id, origin, listener) -> {
                    Wire wire = connect(bootstrap, webSocket, appointment.from(), id, origin, listener);
                    // Consumers come from pages, which have an origin.
                    return origin == null || ways.linkKbit() == 0
                            ? wire
                            : new PacedWire(wire, loop.executor(), ways.linkKbit());
                },
                desk);
    }

    @Override
    public String words() {
        return parts.words() + ways.words();
    }

    private static boolean isIn(int number, double share) {
        return number % PARTS < Math.round(share * PARTS);
    }

    private Wire connect(
            Bootstrap bootstrap,
            boolean webSocket,
            @Nullable SocketAddress from,
            String sessionId,
            @Nullable String origin,
            Wire.Listener listener) {
        return webSocket
                ? WebSocketWire.connect(
                        bootstrap,
                        parts.relay(),
                        from,
                        new WebSocketWire.Target("/v1/sessions/" + sessionId + "/channel", "tandem.v1", origin),
                        listener)
                : PollWire.connect(bootstrap, parts.relay(), from, sessionId, origin, listener);
    }

    private static String sessionId() {
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_DIGITS.charAt(ThreadLocalRandom.current().nextInt(ID_DIGITS.length())));
        }
        return id.toString();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
