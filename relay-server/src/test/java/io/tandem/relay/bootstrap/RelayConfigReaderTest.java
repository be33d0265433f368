package io.tandem.relay.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.KeySetSource;
import io.tandem.relay.identity.TokenAlgorithm;
import io.tandem.relay.identity.TokenRules;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.transport.longpoll.LongPollLimits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RelayConfigReaderTest {
    private static final String SECRET = "a secret of the tests, of thirty-two bytes or more";
    private static final String ONE_BRAND = """
            tandem.brands=shop
            tandem.brands.shop.origins=https://shop.example
            tandem.brands.shop.agent-secret=%s
            """.formatted(SECRET);

    @TempDir
    Path folder;

    @Test
    void shouldNeedNothingButABrand() throws Exception {
        RelayConfig config = read(ONE_BRAND, Map.of());

        assertThat(config.port()).isEqualTo(8080);
        assertThat(config.brands())
                .singleElement()
                .satisfies(brand -> assertThat(brand.key()).isEqualTo("shop"));
        assertThat(config.transports()).containsExactly(Transport.values());
        assertThat(config.carriers()).containsExactlyInAnyOrder(CarrierKind.values());
        assertThat(config.longPoll()).isEqualTo(LongPollLimits.DEFAULTS);
        assertThat(config.demo()).isEmpty();
    }

    @Test
    void shouldPutTheEnvironmentOverTheFile() throws Exception {
        RelayConfig config = read(
                ONE_BRAND + "tandem.port=1\ntandem.session.idle-millis=5\n",
                Map.of("TANDEM_PORT", "4711", "TANDEM_SESSION_IDLE_MILLIS", "6", "TANDEM_TRANSPORT", "nio"));

        assertThat(config.port()).isEqualTo(4711);
        assertThat(config.session().idleMillis()).isEqualTo(6);
        assertThat(config.transports()).containsExactly(Transport.NIO);
    }

    @Test
    void shouldOfferTheCarriersThatAreNamed() throws Exception {
        RelayConfig config =
                read(ONE_BRAND + "tandem.carriers=long-poll\ntandem.long-poll.hold-millis=9000\n", Map.of());

        assertThat(config.carriers()).containsExactly(CarrierKind.LONG_POLL);
        assertThat(config.longPoll().holdMillis()).isEqualTo(9_000);
        assertThatThrownBy(() -> read(ONE_BRAND + "tandem.carriers=websocket,pigeon\n", Map.of()))
                .hasMessageContaining("tandem.carriers: 'pigeon'; allowed are websocket, long-poll");
        assertThatThrownBy(() -> read(ONE_BRAND + "tandem.long-poll.request-bytes=1000\n", Map.of()))
                .hasMessageContaining("tandem.long-poll.request-bytes: '1000'; allowed are whole numbers from 1048580");
    }

    @Test
    void shouldDoWithTheEnvironmentAlone() throws Exception {
        RelayConfig config = RelayConfigReader.read(
                Optional.empty(),
                Map.of(
                        "TANDEM_BRANDS", "my-shop",
                        "TANDEM_BRANDS_MY_SHOP_ORIGINS", "https://shop.example,https://www.shop.example",
                        "TANDEM_BRANDS_MY_SHOP_AGENT_SECRET", SECRET,
                        "PATH", "/bin"));

        assertThat(config.brands())
                .singleElement()
                .satisfies(brand -> assertThat(brand.origins()).hasSize(2));
    }

    @Test
    void shouldListEveryFaultAtOnce() {
        String file = """
                tandem.port=70000
                tandem.event-loops=many
                tandem.transport=kqueue
                tandem.prot=8080
                tandem.brands=shop,Shop!
                tandem.brands.shop.agent-secret=short
                tandem.carrier.in-flight-bytes=1
                tandem.metering.floor-kbps=2000
                tandem.session.invitations-per-session=250
                """;

        assertThatThrownBy(() -> read(file, Map.of())).isInstanceOfSatisfying(ConfigFaults.class, thrown -> {
            List<String> faults = thrown.faults();
            assertThat(faults).allSatisfy(fault -> assertThat(fault).startsWith("tandem."));
            assertThat(faults)
                    .anySatisfy(fault -> assertThat(fault)
                            .startsWith("tandem.port: '70000'; allowed are whole numbers from 0 to 65535")
                            .contains("relay.properties"));
            assertThat(keysOf(faults))
                    .contains(
                            "tandem.event-loops",
                            "tandem.transport",
                            "tandem.prot",
                            "tandem.brands.Shop!",
                            "tandem.brands.shop.agent-secret",
                            "tandem.brands.shop.origins",
                            "tandem.carrier",
                            "tandem.metering.floor-kbps",
                            "tandem.session");
            assertThat(thrown.getMessage()).doesNotContain("short");
        });
    }

    @Test
    void shouldReadWhoIsBelievedAndHowTokensAreSigned() throws Exception {
        RelayConfig config = read(
                ONE_BRAND.replace("agent-secret=" + SECRET, "agent-jwks-url=https://login.example/keys?tenant=7") + """
                        tandem.brands.shop.agent-algorithms=ES256
                        tandem.brands.shop.agent-issuer=https://login.example
                        tandem.brands.shop.agent-audience=cobrowse
                        tandem.brands.shop.agent-token-millis=3600000
                        tandem.brands.shop.agent-jwks-refresh-millis=60000
                        tandem.brands.shop.sessions=100
                        tandem.session.per-address=10
                        tandem.proxy.trusted=10.0.0.0/8, 2001:db8::/32
                        tandem.proxy.forwarded-for=on
                        """,
                Map.of());
        assertThat(config.door())
                .isEqualTo(new Door(Optional.empty(), List.of("10.0.0.0/8", "2001:db8::/32"), false, true));
        assertThat(config.session().sessionsPerAddress()).isEqualTo(10);
        Brand shop = config.brands().get(0);
        assertThat(shop.sessions()).isEqualTo(100);
        assertThat(shop.tokens())
                .isEqualTo(new TokenRules(
                        new KeySetSource.OfUrl(URI.create("https://login.example/keys?tenant=7"), 60_000),
                        Set.of(TokenAlgorithm.ES256),
                        Optional.of("https://login.example"),
                        "cobrowse",
                        Duration.ofHours(1)));
    }

    @Test
    void shouldListTheFaultsOfTheDoorAndOfKeys() {
        String file = ONE_BRAND + """
                tandem.brands.shop.agent-algorithms=RS256
                tandem.brands.shop.agent-token-millis=0
                tandem.brands.bank.origins=https://bank.example
                tandem.brands.bank.agent-jwks-url=https://user:password@login.example/keys
                tandem.brands.mill.origins=https://mill.example
                tandem.brands.mill.agent-jwks-url=http://login.example/keys
                tandem.brands.mine.origins=https://mine.example
                tandem.brands.mine.agent-jwks-file=nowhere.json
                tandem.brands.mine.sessions=none
                tandem.proxy.protocol=yes
                tandem.proxy.forwarded-for=on
                tandem.tls.key=nowhere.key
                """;
        assertThatThrownBy(() -> read(file.replace("=shop\n", "=shop,bank,mill,mine\n"), Map.of()))
                .isInstanceOfSatisfying(ConfigFaults.class, thrown -> {
                    assertThat(keysOf(thrown.faults()))
                            .containsExactlyInAnyOrder(
                                    "tandem.brands.shop.agent-algorithms",
                                    "tandem.brands.shop.agent-token-millis",
                                    "tandem.brands.bank.agent-jwks-url",
                                    "tandem.brands.mill.agent-jwks-url",
                                    "tandem.brands.mine.agent-jwks-file",
                                    "tandem.brands.mine.sessions",
                                    "tandem.proxy.protocol",
                                    "tandem.proxy.trusted",
                                    "tandem.tls.certificates");
                    assertThat(thrown.getMessage()).doesNotContain("password", SECRET);
                });
    }

    private static List<String> keysOf(List<String> faults) {
        return faults.stream()
                .map(fault -> fault.substring(0, fault.indexOf(':')))
                .toList();
    }

    @Test
    void shouldAskForABrand() {
        assertThatThrownBy(() -> read("", Map.of())).hasMessageContaining("tandem.brands: missing; required");
    }

    @Test
    void shouldSayWhichFileItCannotRead() {
        assertThatThrownBy(() -> RelayConfigReader.read(Optional.of(folder.resolve("nowhere")), Map.of()))
                .isInstanceOf(ConfigFaults.class)
                .hasMessageContaining("nowhere");
    }

    private RelayConfig read(String properties, Map<String, String> environment) throws ConfigFaults, IOException {
        Path file = folder.resolve("relay.properties");
        Files.writeString(file, properties);
        return RelayConfigReader.read(Optional.of(file), environment);
    }

    @Test
    void shouldTellNobodyWhatHappensUnlessItIsToldTo() throws Exception {
        assertThat(read(ONE_BRAND, Map.of()).audit()).isEqualTo(AuditConfig.NONE);
    }

    @Test
    void shouldReadWhereAuditEventsGo() throws Exception {
        AuditConfig audit = read(
                        ONE_BRAND + """
                        tandem.audit.file=%s
                        tandem.audit.file-bytes=5000
                        tandem.audit.files-kept=2
                        tandem.brands.shop.webhook-url=https://hooks.shop.example/in
                        tandem.webhooks.attempts=3
                        """.formatted(folder.resolve("audit.jsonl")),
                        Map.of(
                                "TANDEM_BRANDS_SHOP_WEBHOOK_SECRET",
                                SECRET,
                                "TANDEM_BRANDS_SHOP_WEBHOOK_PRIVATE",
                                "true"))
                .audit();

        assertThat(audit.file()).contains(new AuditConfig.File(Optional.of(folder.resolve("audit.jsonl")), 5000, 2));
        assertThat(audit.limits().attempts()).isEqualTo(3);
        assertThat(audit.webhooks()).singleElement().satisfies(webhook -> {
            assertThat(webhook.brand()).isEqualTo("shop");
            assertThat(webhook.url()).hasToString("https://hooks.shop.example/in");
            assertThat(webhook.privateAllowed()).isTrue();
        });
        assertThat(audit.toString()).doesNotContain(SECRET, "hooks.shop");
        assertThat(read(ONE_BRAND + "tandem.audit.file=-\n", Map.of()).audit().file())
                .hasValueSatisfying(file -> assertThat(file.path()).isEmpty());
    }

    @Test
    void shouldSayWhatIsWrongWithTheAuditAndRepeatNoSecret() {
        String given = ONE_BRAND + """
                tandem.audit.file=/nowhere/audit.jsonl
                tandem.audit.file-bytes=1
                tandem.brands.shop.webhook-url=http://user:planted@hooks.shop.example/planted
                tandem.brands.shop.webhook-secret=planted
                tandem.brands.shop.webhook-private=perhaps
                """;
        assertThatThrownBy(() -> read(given, Map.of()))
                .hasMessageContaining("tandem.audit.file: '/nowhere/audit.jsonl'")
                .hasMessageContaining("tandem.audit.file-bytes: '1'")
                .hasMessageContaining("tandem.brands.shop.webhook-url: http to another machine")
                .hasMessageContaining("tandem.brands.shop.webhook-secret: a webhook secret of 7 bytes")
                .hasMessageContaining("tandem.brands.shop.webhook-private: 'perhaps'")
                .satisfies(faults -> assertThat(faults.getMessage()).doesNotContain("planted"));
        assertThatThrownBy(() -> read(
                        ONE_BRAND + "tandem.brands.shop.webhook-secret=" + SECRET
                                + "\ntandem.brands.shop.webhook-url=https://10.0.0.1/in\n",
                        Map.of()))
                .hasMessageContaining("webhook-url: an address that is not of the public internet");
        assertThatThrownBy(() -> read(ONE_BRAND + "tandem.brands.shop.webhook-secret=" + SECRET + "\n", Map.of()))
                .hasMessageContaining("webhook-url: missing");
        assertThatThrownBy(() ->
                        read(ONE_BRAND + "tandem.brands.shop.webhook-url=https://hooks.shop.example/in\n", Map.of()))
                .hasMessageContaining("webhook-secret: missing");
    }
}
