package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.peer.Peer;
import io.tandem.load.peer.RelayRest;
import io.tandem.load.peer.SimulatedAgent;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.audit.webhook.WebhookLimits;
import io.tandem.relay.audit.webhook.WebhookSecret;
import io.tandem.relay.audit.webhook.WebhookTarget;
import io.tandem.relay.bootstrap.AuditConfig;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.testing.OpenApiContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What happened comes to file and webhook, whole and signed; and nothing that the relay writes anywhere holds a secret or anything of a page. */
@Timeout(120)
class AuditIT {
    private static final String WEBHOOK_SECRET = "planted-secret-of-the-webhook-of-the-brand";
    private static final String WEBHOOK_QUERY = "planted-key-in-the-url";
    private static final String PAGE = "planted words of a page";
    private static final String TYPED = "planted words that an agent typed";
    private static final String PAGE_PATH = "planted-path";
    private static final String PAGE_QUERY = "planted-query";
    private static final String NO_TOKEN = "planted-token-that-is-none";
    private static final String NO_GRANT = "planted-grant-that-is-none";
    private static final Pattern SIGNATURE = Pattern.compile("t=(\\d+),v1=([0-9a-f]{64})");

    /** What happens in each of its sessions. */
    private static final List<String> TYPES =
            List.of("invitation.offered", "participant.joined", "invitation.accepted", "mode.lowered", "session.ended");

    private static final OpenApiContract CONTRACT = OpenApiContract.ofTheRelay();
    private static final WebhookLimits HASTY = new WebhookLimits(1000, 1000, 30, 60_000, 20, 100, 10_000);

    @TempDir
    private Path folder;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger relayLog = (Logger) LoggerFactory.getLogger("io.tandem.relay");
    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger(2);
    private final CountDownLatch endsDelivered = new CountDownLatch(CarrierKind.values().length);
    private HttpServer brand;

    private record Delivery(Map<String, List<String>> headers, String body) {
        String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(header -> header.getValue().get(0))
                    .findFirst()
                    .orElse("");
        }
    }

    @BeforeEach
    void start() throws IOException {
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        root.addAppender(log);
        relayLog.setLevel(Level.DEBUG);
        brand = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        brand.createContext("/", this::take);
        brand.start();
    }

    @AfterEach
    void stop() {
        brand.stop(0);
        root.detachAppender(log);
        relayLog.setLevel(null);
    }

    /** As a brand does that is in trouble at first. */
    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (refusals.getAndDecrement() > 0) {
            exchange.sendResponseHeaders(500, -1);
        } else {
            deliveries.add(new Delivery(Map.copyOf(exchange.getRequestHeaders()), body));
            exchange.sendResponseHeaders(204, -1);
            Pattern.compile("\"session.ended\"").matcher(body).results().forEach(ended -> endsDelivered.countDown());
        }
        exchange.close();
    }

    private AuditConfig config() {
        WebhookTarget webhook = new WebhookTarget(
                "demo",
                WebhookTarget.url("http://127.0.0.1:" + brand.getAddress().getPort() + "/in?key=" + WEBHOOK_QUERY),
                List.of(WebhookSecret.of(WEBHOOK_SECRET)),
                false);
        return new AuditConfig(
                Optional.of(new AuditConfig.File(Optional.of(folder.resolve("audit.jsonl")), 1 << 20, 3)),
                1000,
                List.of(webhook),
                HASTY);
    }

    /** What clients were given that must not be seen again, and how the run looked from outside. */
    private record Run(List<String> secrets, String metrics) {}

    private Run run() throws InterruptedException {
        List<String> secrets = new CopyOnWriteArrayList<>(List.of(
                WEBHOOK_SECRET,
                WEBHOOK_QUERY,
                PAGE,
                TYPED,
                PAGE_PATH,
                PAGE_QUERY,
                NO_TOKEN,
                NO_GRANT,
                RunningRelay.AGENT_SECRET));
        try (RunningRelay relay = new RunningRelay(config())) {
            for (CarrierKind carrier : CarrierKind.values()) {
                live(relay, carrier, secrets);
            }
            assertThat(relay.rest().call("GET", "/v1/sessions", NO_TOKEN, "").status())
                    .isEqualTo(401);
            // A node that stops tries once more only: the brand's trouble at first is to be over before.
            assertThat(endsDelivered.await(20, TimeUnit.SECONDS)).isTrue();
            return new Run(secrets, relay.rest().call("GET", "/metrics", "", "").body());
        }
    }

    private static void live(RunningRelay relay, CarrierKind carrier, List<String> secrets) {
        String session = relay.sessionId();
        try (Peer consumer = relay.peer(session, carrier);
                Peer viewer = relay.peer(session, carrier);
                Peer intruder = relay.peer(session, carrier)) {
            consumer.send(
                    FrameType.HELLO,
                    "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"test\",\"brand\":\"demo\",\"lz4\":true,\"page\":{"
                            + "\"origin\":\"" + RunningRelay.ORIGIN + "\",\"path\":\"/" + PAGE_PATH + "?" + PAGE_QUERY
                            + "=1\"}}");
            JsonMembers welcome = consumer.await(FrameType.WELCOME).json();
            secrets.add(welcome.text("resume"));
            String token = relay.freshToken();
            RelayRest.Answer invited = relay.rest().invite(token, session, "shared");
            secrets.addAll(List.of(token, invited.json().text("grant")));
            intruder.send(
                    FrameType.HELLO,
                    "{\"protocol\":[1,1],\"role\":\"agent\",\"client\":\"test\",\"lz4\":true,\"grant\":\"" + NO_GRANT
                            + "\"}");
            intruder.awaitClosed();
            SimulatedAgent agent = SimulatedAgent.hello(viewer, invited.json().text("grant"), true);
            String invitation = consumer.await(FrameType.INVITATION).json().text("invitation");
            consumer.send(FrameType.INVITATION_ANSWER, "{\"invitation\":\"" + invitation + "\",\"accept\":true}");
            agent.awaitActive();
            int epoch = welcome.number("epoch");
            consumer.send(FrameType.KEYFRAME, 0, epoch, 1, SimulatedTag.batchOf(PAGE));
            viewer.await(FrameType.KEYFRAME);
            agent.act(FrameType.INPUT, epoch, SimulatedTag.batchOf(TYPED));
            consumer.await(FrameType.INPUT);
            consumer.send(FrameType.SET_MODE, "{\"mode\":\"view-only\"}");
            viewer.await(
                    "view-only",
                    received -> received.is(FrameType.SESSION)
                            && received.json().has("mode")
                            && "view-only".equals(received.json().members().get("mode")));
            agent.act(FrameType.INPUT, epoch, SimulatedTag.batchOf(TYPED));
            viewer.await(FrameType.ERROR);
            consumer.send(FrameType.END, "{}");
            consumer.awaitClosed();
            viewer.awaitClosed();
        }
    }

    @Test
    void shouldBringEveryStepToFileAndBrandAndNoSecretAnywhere() throws Exception {
        Run run = run();
        String file = Files.readString(folder.resolve("audit.jsonl"));
        String bodies =
                String.join("\n", deliveries.stream().map(Delivery::toString).toList());
        String lines = String.join(
                "\n",
                log.list.stream()
                        .map(event -> event.getFormattedMessage() + " " + event.getKeyValuePairs() + " "
                                + event.getThrowableProxy())
                        .toList());
        assertThat(lines).contains("consumer-ended");
        Map<String, String> written = Map.of(
                "the audit's file", file,
                "webhooks", bodies,
                "the log", lines,
                "metrics", run.metrics());
        assertThat(run.secrets()).hasSize(9 + 3 * CarrierKind.values().length).doesNotContainNull();
        written.forEach((where, text) -> assertThat(text)
                .as(where)
                .isNotEmpty()
                .doesNotContain(run.secrets().toArray(String[]::new)));
        bothTellTheSame(file);
    }

    private void bothTellTheSame(String file) throws Exception {
        List<String> events = file.lines().toList();
        assertThat(events)
                .allSatisfy(line ->
                        assertThat(CONTRACT.schemaFaultsOf("AuditEvent", line)).isEmpty());
        List<String> types = events.stream()
                .filter(line -> line.contains("\"sequence\""))
                .map(AuditIT::typeOf)
                .toList();
        assertThat(types).hasSize(CarrierKind.values().length * TYPES.size());
        assertThat(types.subList(0, TYPES.size())).isEqualTo(TYPES);
        assertThat(types.subList(TYPES.size(), types.size())).isEqualTo(TYPES);
        assertThat(events)
                .anyMatch(line -> line.contains("\"refusal\":\"token\",\"count\":1,"))
                .anyMatch(line -> line.contains("\"refusal\":\"secret\",\"count\":2,"))
                .anyMatch(line -> line.contains("\"refusal\":\"frame-of-mode\",\"count\":2,"));
        StringBuilder delivered = new StringBuilder();
        for (Delivery delivery : deliveries) {
            assertThat(CONTRACT.schemaFaultsOf("AuditDelivery", delivery.body()))
                    .isEmpty();
            assertThat(delivery.header("Tandem-Delivery")).isNotEmpty();
            verify(delivery);
            delivered.append(delivery.body());
        }
        String everything = delivered.toString();
        assertThat(events.stream().filter(line -> line.contains("\"brand\":\"demo\"")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(everything).containsOnlyOnce(line));
        assertThat(everything).doesNotContain("\"refusal\":\"token\"");
    }

    private static String typeOf(String line) {
        return Pattern.compile("\"type\":\"([a-z.]+)\"")
                .matcher(line)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();
    }

    /** As docs/AUDIT.md has a brand do it. */
    private static void verify(Delivery delivery) throws Exception {
        MatchResult signature = SIGNATURE
                .matcher(delivery.header("Tandem-Signature"))
                .results()
                .findFirst()
                .orElseThrow();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(WEBHOOK_SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] signed = (signature.group(1) + "." + delivery.body()).getBytes(StandardCharsets.UTF_8);
        assertThat(signature.group(2)).isEqualTo(HexFormat.of().formatHex(mac.doFinal(signed)));
        assertThat(Long.parseLong(signature.group(1))).isCloseTo(System.currentTimeMillis() / 1000, within(120L));
    }
}
