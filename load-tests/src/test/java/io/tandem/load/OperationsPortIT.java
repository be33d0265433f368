package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.load.peer.RelayRest;
import io.tandem.relay.bootstrap.ConfigFaults;
import io.tandem.relay.bootstrap.RelayConfig;
import io.tandem.relay.bootstrap.RelayConfigReader;
import io.tandem.relay.bootstrap.RelayServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Meters where only monitors reach them. */
class OperationsPortIT {
    private static RelayConfig config(String... more) throws ConfigFaults {
        Map<String, String> environment = new HashMap<>(Map.of(
                "TANDEM_HOST", "127.0.0.1",
                "TANDEM_PORT", "0",
                "TANDEM_BRANDS", "shop",
                "TANDEM_BRANDS_SHOP_ORIGINS", "https://shop.example",
                "TANDEM_BRANDS_SHOP_AGENT_SECRET", "s".repeat(32)));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return RelayConfigReader.read(Optional.empty(), environment);
    }

    private static RelayRest.Answer get(int port, String path) {
        return new RelayRest(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)).call("GET", path, "", "");
    }

    @Test
    void shouldGiveMetersOnTheirOwnPortAndNowhereElse() throws ConfigFaults, IOException {
        try (RelayServer relay = RelayServer.start(config("TANDEM_OPERATIONS_PORT", "0"))) {
            int own = relay.operationsPort();
            assertThat(own).isNotEqualTo(relay.port());
            assertThat(get(own, "/metrics").status()).isEqualTo(200);
            assertThat(get(own, "/metrics").body()).contains("tandem_sessions");
            assertThat(get(relay.port(), "/metrics").status()).isEqualTo(404);
            for (int port : new int[] {own, relay.port()}) {
                assertThat(get(port, "/healthz").status()).isEqualTo(200);
                assertThat(get(port, "/readyz").status()).isEqualTo(200);
            }
            assertThat(get(own, "/v1/sessions").status()).isEqualTo(404);
            assertThat(get(own, "/v1/sessions").body()).contains("/metrics");
        }
    }

    @Test
    void shouldGiveMetersBesideTheRestWhereTheyHaveNoPortOfTheirOwn() throws ConfigFaults, IOException {
        try (RelayServer relay = RelayServer.start(config())) {
            assertThat(relay.operationsPort()).isEqualTo(relay.port());
            assertThat(get(relay.port(), "/metrics").status()).isEqualTo(200);
        }
    }

    @Test
    void shouldStopWhereTheirPortIsTaken() throws ConfigFaults, IOException {
        try (RelayServer relay = RelayServer.start(config())) {
            assertThatThrownBy(() -> RelayServer.start(config("TANDEM_OPERATIONS_PORT", Integer.toString(relay.port())))
                            .close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + relay.port());
        }
    }

    @Test
    void shouldNameAPortThatIsNoneOfTheirOwn() {
        assertThatThrownBy(() -> config("TANDEM_PORT", "18080", "TANDEM_OPERATIONS_PORT", "18080"))
                .isInstanceOf(ConfigFaults.class)
                .hasMessageContaining("tandem.operations.port: 18080, which is tandem.port; allowed is another");
    }

    @Test
    void shouldNameAHostThatNoPortBelongsTo() {
        assertThatThrownBy(() -> config("TANDEM_OPERATIONS_HOST", "127.0.0.1"))
                .isInstanceOf(ConfigFaults.class)
                .hasMessageContaining("tandem.operations.host: a host without tandem.operations.port");
    }
}
