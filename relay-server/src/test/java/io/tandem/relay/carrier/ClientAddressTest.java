package io.tandem.relay.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressTest {
    private static final List<String> TRUSTED = List.of("10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7");

    /** Comes from where the test says. */
    private static final class From extends EmbeddedChannel {
        private final InetSocketAddress peer;

        From(String host) {
            this.peer = address(host);
        }

        @Override
        public @Nullable SocketAddress remoteAddress() {
            return peer;
        }
    }

    private static InetSocketAddress address(String host) {
        InetSocketAddress address = ClientAddress.address(host, 1);
        if (address == null) {
            throw new AssertionError(host);
        }
        return address;
    }

    /** Whose request it is, as the relay's entrance and its carriers would find out together. */
    private static String client(
            String peer, @Nullable String proxied, boolean readsForwardedFor, String... forwarded) {
        ClientAddress rules = new ClientAddress(TRUSTED, readsForwardedFor);
        From connection = new From(peer);
        try {
            if (rules.isTrusted(connection)) {
                rules.note(connection, proxied == null ? null : address(proxied));
            }
            HttpHeaders headers = new DefaultHttpHeaders();
            for (String header : forwarded) {
                headers.add("X-Forwarded-For", header);
            }
            return ClientAddress.of(connection, headers).getAddress().getHostAddress();
        } finally {
            connection.finishAndReleaseAll();
        }
    }

    private record Way(String name, String peer, @Nullable String proxied, List<String> forwarded, String client) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Way> ways() {
        return List.of(
                new Way("straight", "203.0.113.5", null, List.of(), "203.0.113.5"),
                new Way("straight, with a made-up header", "203.0.113.5", null, List.of("1.1.1.1"), "203.0.113.5"),
                new Way("a trusted proxy that says nothing", "10.1.2.3", null, List.of(), "10.1.2.3"),
                new Way("a trusted proxy", "10.1.2.3", null, List.of("203.0.113.5"), "203.0.113.5"),
                new Way("one address that is trusted", "192.0.2.7", null, List.of("203.0.113.5"), "203.0.113.5"),
                new Way("its neighbour that is not", "192.0.2.8", null, List.of("203.0.113.5"), "192.0.2.8"),
                new Way(
                        "what the client put in front",
                        "10.1.2.3",
                        null,
                        List.of("1.1.1.1, 203.0.113.5"),
                        "203.0.113.5"),
                new Way("two proxies", "10.1.2.3", null, List.of("203.0.113.5, 10.9.9.9"), "203.0.113.5"),
                new Way("two headers", "10.1.2.3", null, List.of("203.0.113.5", "10.9.9.9"), "203.0.113.5"),
                new Way("proxies alone", "10.1.2.3", null, List.of("10.9.9.9"), "10.9.9.9"),
                new Way("with ports", "10.1.2.3", null, List.of("203.0.113.5:4711"), "203.0.113.5"),
                new Way("IPv6", "2001:db8:1::1", null, List.of("2001:db8:2::9"), "2001:db8:2:0:0:0:0:9"),
                new Way("IPv6 with a port", "10.1.2.3", null, List.of("[2001:db8:2::9]:80"), "2001:db8:2:0:0:0:0:9"),
                new Way("IPv4 as IPv6", "10.1.2.3", null, List.of("::ffff:203.0.113.5"), "203.0.113.5"),
                new Way("no address", "10.1.2.3", null, List.of("203.0.113.5, unknown"), "10.1.2.3"),
                new Way("a name", "10.1.2.3", null, List.of("localhost"), "10.1.2.3"),
                new Way("nothing between commas", "10.1.2.3", null, List.of(",,"), "10.1.2.3"),
                new Way("by PROXY protocol", "10.1.2.3", "203.0.113.5", List.of(), "203.0.113.5"),
                new Way(
                        "by both, the nearer one not trusted",
                        "10.1.2.3",
                        "203.0.113.5",
                        List.of("1.1.1.1"),
                        "203.0.113.5"),
                new Way(
                        "by both, the nearer one trusted",
                        "10.1.2.3",
                        "10.5.5.5",
                        List.of("203.0.113.5"),
                        "203.0.113.5"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void shouldFindTheClient(Way way) {
        assertThat(client(way.peer(), way.proxied(), true, way.forwarded().toArray(new String[0])))
                .isEqualTo(way.client());
    }

    @Test
    void shouldNotReadAHeaderThatItIsNotToldToRead() {
        assertThat(client("10.1.2.3", null, false, "203.0.113.5")).isEqualTo("10.1.2.3");
    }

    @Test
    void shouldFollowNoMoreHopsThanAnyWayHas() {
        String endless = "203.0.113.5" + ", 10.0.0.1".repeat(ClientAddress.MAX_HOPS);
        assertThat(client("10.1.2.3", null, true, endless)).isEqualTo("10.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0/8",
                "example.com/8",
                "10.0.0.0/8/8",
                "::1/129",
                "1.2.3.4/x"
            })
    void shouldRefuseWhatIsNoNetwork(String text) {
        assertThatThrownBy(() -> new ClientAddress(List.of(text), true)).isInstanceOf(IllegalArgumentException.class);
    }
}
