package io.tandem.relay.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.transport.longpoll.LongPollLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
}
