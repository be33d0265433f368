package io.tandem.relay.audit.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A webhook reaches the public internet, and of private networks only what an operator allows. */
class AddressesTest {
    private static WebhookTarget target(String url, boolean privateAllowed) {
        return new WebhookTarget(
                "shop", WebhookTarget.url(url), List.of(WebhookSecret.of("s".repeat(32))), privateAllowed);
    }

    private static final WebhookTarget PUBLIC = target("https://hooks.shop.example/in", false);
    private static final WebhookTarget INTRANET = target("https://hooks.shop.example/in", true);
    private static final WebhookTarget HERE = target("http://localhost:9000/in", false);

    @ParameterizedTest
    @ValueSource(strings = {"93.184.216.34", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "64:ff9b::8.8.8.8"})
    void shouldReachThePublicInternet(String address) throws Exception {
        assertThat(Addresses.allowed(PUBLIC, InetAddress.getByName(address))).isTrue();
        assertThat(Addresses.allowed(HERE, InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.9.9.9",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "198.18.0.1",
                "::1",
                "fc00::1",
                "fd12::1",
                "fe80::1",
                "fec0::1",
                "2001:db8::1",
                "::ffff:10.0.0.1",
                "64:ff9b::10.0.0.1",
                "64:ff9b::169.254.169.254",
                "2002:0a00:0001::1",
                "::10.0.0.1"
            })
    void shouldReachAPrivateNetworkOnlyWhereThatIsAllowed(String address) throws Exception {
        InetAddress found = InetAddress.getByName(address);
        assertThat(Addresses.allowed(PUBLIC, found)).isFalse();
        assertThat(Addresses.allowed(INTRANET, found)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1", "64:ff9b::0.0.0.0"})
    void shouldNeverReachWhatIsNobodys(String address) throws Exception {
        InetAddress found = InetAddress.getByName(address);
        assertThat(Addresses.allowed(PUBLIC, found)).isFalse();
        assertThat(Addresses.allowed(INTRANET, found)).isFalse();
        assertThat(Addresses.allowed(HERE, found)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void shouldReachThisMachineWhereTheUrlNamesIt(String address) throws Exception {
        assertThat(Addresses.allowed(HERE, InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://hooks.shop.example/in",
                "http://10.0.0.1/in",
                "ftp://hooks.shop.example/in",
                "https:///in",
                "https://user:pass@hooks.shop.example/in",
                "https://hooks.shop.example/in#part",
                "hooks.shop.example/in",
                "https://hooks.shop.example/a b",
                "file:///etc/passwd"
            })
    void shouldRefuseAUrlAndNotRepeatIt(String url) {
        assertThatThrownBy(() -> WebhookTarget.url(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowed is")
                .satisfies(fault -> assertThat(fault.getMessage()).doesNotContain("/in", "pass", "passwd"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://10.0.0.1/in", "https://[fd00::1]/in", "https://169.254.169.254/latest"})
    void shouldKnowAnAddressThatItWillNotReach(String url) {
        assertThat(target(url, false).isRefusedAddress()).isTrue();
        assertThat(target("https://hooks.shop.example/in", false).isRefusedAddress())
                .isFalse();
        assertThat(target("http://127.0.0.1:9000/", false).isRefusedAddress()).isFalse();
    }
}
