package io.tandem.relay.session;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.tandem.relay.cluster.local.LocalPhoneCodes;
import io.tandem.relay.cluster.local.LocalSessionDirectory;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.ResourcePolicy;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.identity.TokenRules;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.metering.MeteringLimits;
import io.tandem.relay.metering.RelayMeters;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A node with one brand on a virtual loop, and clients that a test speaks for. */
public final class SessionWorld {
    public static final String SESSION = "0123456789abcdefghjkmnpqrs";
    public static final String OTHER_SESSION = "zzzzzzzzzzzzzzzzzzzzzzzzzz";
    public static final String ORIGIN = "https://shop.example";
    public static final String DESK = "https://desk.example";
    public static final Brand BRAND = new Brand(
            "demo",
            "Demo",
            Set.of(ORIGIN),
            Set.of(DESK),
            Set.of("https://pay.example"),
            List.of("https://cdn.example"),
            ResourcePolicy.USUAL,
            TokenRules.of(AgentSecret.of("demo-secret-demo-secret-demo-secret")),
            Brand.ANY_NUMBER);
    public static final Brand OTHER_BRAND = new Brand(
            "other",
            "Other",
            Set.of(ORIGIN),
            Set.of(),
            Set.of(),
            List.of(),
            ResourcePolicy.NONE,
            TokenRules.of(AgentSecret.of("other-secret-other-secret-other-secret")),
            Brand.ANY_NUMBER);
    public static final AgentIdentity ADA = new AgentIdentity(BRAND, "ada", "Ada");
    public static final AgentIdentity BOB = new AgentIdentity(BRAND, "bob", "Bob");

    public final VirtualLoop loop = new VirtualLoop();
    public final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    public final RelayMeters meters = new RelayMeters(registry, MeterTags.all());
    public Brands brands = new Brands(List.of(BRAND, OTHER_BRAND));
    public Budgets budgets;
    public final SessionDirectory directory = new LocalSessionDirectory(loop.ticker());
    public final GuessLimits guessLimits = GuessLimits.DEFAULTS;
    public final HeldCodes codes = new HeldCodes(
            new LocalPhoneCodes(guessLimits.codesPerBrand(), new Secrets(new SecureRandom()), loop.ticker()));
    public final RecordingAudit audit = new RecordingAudit();
    public final Sessions sessions;
    public final SessionLoops loops;

    public SessionWorld() {
        this(SessionLimits.DEFAULTS, MeteringLimits.DEFAULTS);
    }

    public SessionWorld(SessionLimits limits, MeteringLimits meteringLimits) {
        budgets = new Budgets(meteringLimits, Map.of());
        SessionServices services = new SessionServices(
                "node-1",
                () -> brands,
                directory,
                codes,
                guessLimits,
                new Secrets(new SecureRandom()),
                meters,
                audit,
                loop.ticker(),
                limits,
                () -> budgets);
        loops = new SessionLoops(loop.executor(), meters, loop.ticker(), limits);
        sessions = new Sessions(services, loops);
    }

    /** One end of a channel. */
    public final class Client {
        public final RecordingOutlet outlet = new RecordingOutlet();
        public final ChannelIngress ingress;

        Client(String session, @Nullable String origin) {
            ingress = sessions.open(
                    new ChannelRequest(
                            session, CarrierKind.WEBSOCKET, origin, InetSocketAddress.createUnresolved("client", 1)),
                    outlet);
        }

        public Client send(ByteBuf frame) {
            ingress.onFrame(frame);
            return this;
        }

        public Client send(FrameType type, String json) {
            return send(RecordingOutlet.control(type, 7, json));
        }

        /** A frame of the page, action or pointer lane. */
        public Client send(FrameType type, byte... payload) {
            return send(RecordingOutlet.frame(type, 0, 1, 9, payload));
        }

        public Client consumer() {
            return hello("");
        }

        public Client consumerOf(Brand brand) {
            return helloOf(brand, "");
        }

        public Client consumerAgain(String resume, boolean continues) {
            return hello(",\"resume\":\"" + resume + "\",\"continues\":" + continues);
        }

        public Client consumerAgain(String resume, long attempt) {
            return hello(",\"resume\":\"" + resume + "\",\"continues\":true,\"attempt\":" + attempt);
        }

        public Client hello(String more) {
            return helloOf(BRAND, more);
        }

        private Client helloOf(Brand brand, String more) {
            return send(
                    FrameType.HELLO,
                    "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"test\",\"brand\":\"" + brand.key()
                            + "\",\"lz4\":true,"
                            + "\"page\":{\"origin\":\"" + ORIGIN + "\",\"path\":\"/cart?token=1\"}" + more + "}");
        }

        public Client guest(String role, String grant) {
            return send(
                    FrameType.HELLO,
                    "{\"protocol\":[1,1],\"role\":\"" + role + "\",\"client\":\"test\",\"grant\":\"" + grant
                            + "\",\"lz4\":true}");
        }

        public String resume() {
            return member(outlet.last(FrameType.WELCOME).payload(), "resume");
        }

        public void lose() {
            ingress.onClosed();
        }

        public void writable(boolean now) {
            outlet.writable(now);
            ingress.onWritabilityChanged(now);
        }
    }

    public Client open(String session) {
        return new Client(session, ORIGIN);
    }

    public Client openFrom(@Nullable String origin) {
        return new Client(SESSION, origin);
    }

    /** The value of a text or number member, wherever in the JSON it first stands. */
    public static String member(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(json);
        if (!found.find()) {
            throw new AssertionError("no " + name + " in " + json);
        }
        return found.group(1);
    }

    public <T> T now(CompletionStage<T> stage) {
        loop.runTasks();
        return stage.toCompletableFuture().getNow(null);
    }

    public InviteOutcome.Invited invite(AgentIdentity agent, String session, Mode mode) {
        InviteOutcome outcome = now(sessions.invite(agent, session, mode));
        if (outcome instanceof InviteOutcome.Invited invited) {
            return invited;
        }
        throw new AssertionError("not invited: " + outcome);
    }

    /** A consumer and an agent in an active session. */
    public final class Pair {
        public final Client consumer = open(SESSION).consumer();
        public final String resume = consumer.resume();
        public final InviteOutcome.Invited invited;
        public final Client agent;

        public Pair(Mode mode) {
            invited = invite(ADA, SESSION, mode);
            agent = open(SESSION).guest("agent", invited.grant());
            answer(consumer, true);
            takeAll();
        }

        public void answer(Client from, boolean accept) {
            from.send(
                    FrameType.INVITATION_ANSWER,
                    "{\"invitation\":\"" + invited.invitation().id() + "\",\"accept\":" + accept + "}");
        }

        public void takeAll() {
            consumer.outlet.take();
            agent.outlet.take();
        }
    }

    public Pair pair(Mode mode) {
        return new Pair(mode);
    }

    public SessionView view() {
        return sessions.find(BRAND, SESSION).orElseThrow();
    }
}
