package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.tandem.load.peer.Peer;
import io.tandem.relay.bootstrap.ConfigFaults;
import io.tandem.relay.bootstrap.RelayConfigReader;
import io.tandem.relay.bootstrap.RelayServer;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.session.CarrierKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From which origins a browser may come: exactly the configured ones, over either carrier and to REST. */
class OriginsIT {
    private static final String SECRET = "a secret of the tests, of thirty-two bytes or more";
    private static final AtomicInteger SESSIONS = new AtomicInteger();
    private static final EventLoopGroup LOOPS = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private static @Nullable RelayServer relay;

    @BeforeAll
    static void start() throws ConfigFaults, IOException {
        relay = RelayServer.start(RelayConfigReader.read(
                Optional.empty(),
                Map.of(
                        "TANDEM_HOST", "127.0.0.1",
                        "TANDEM_PORT", "0",
                        "TANDEM_BRANDS", "shop,bank",
                        "TANDEM_BRANDS_SHOP_ORIGINS", "https://shop.example,http://shop.example:8080",
                        "TANDEM_BRANDS_SHOP_DESK_ORIGINS", "https://shop.example,http://shop.example:8080",
                        "TANDEM_BRANDS_SHOP_AGENT_SECRET", SECRET,
                        "TANDEM_BRANDS_BANK_ORIGINS", "https://bank.example",
                        "TANDEM_BRANDS_BANK_DESK_ORIGINS", "https://bank.example",
                        "TANDEM_BRANDS_BANK_AGENT_SECRET", SECRET)));
    }

    @AfterAll
    static void stop() {
        if (relay != null) {
            relay.close();
        }
        LOOPS.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static InetSocketAddress address() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Objects.requireNonNull(relay).port());
    }

    /** @param origin null where none is sent */
    private record Row(String name, @Nullable String origin, boolean isAllowed) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Row> rows() {
        return List.of(
                new Row("the one", "https://shop.example", true),
                new Row("the other, with its port", "http://shop.example:8080", true),
                new Row("missing", null, false),
                new Row("null", "null", false),
                new Row("empty", "", false),
                new Row("a prefix", "https://shop.exampl", false),
                new Row("a longer host", "https://shop.example.evil.example", false),
                new Row("a suffix of another host", "https://evilshop.example", false),
                new Row("a host below", "https://www.shop.example", false),
                new Row("the host above", "https://example", false),
                new Row("another case", "https://Shop.example", false),
                new Row("a scheme of another case", "HTTPS://shop.example", false),
                new Row("the default port, written", "https://shop.example:443", false),
                new Row("another port", "http://shop.example:8081", false),
                new Row("no port where there is one", "http://shop.example", false),
                new Row("another scheme", "wss://shop.example", false),
                new Row("a user's name", "https://shop.example@evil.example", false),
                new Row("a user's name in front", "https://user@shop.example", false),
                new Row("a path", "https://shop.example/", false),
                new Row("a point at the end", "https://shop.example.", false),
                new Row("two in one", "https://shop.example https://evil.example", false),
                new Row("two by comma", "https://shop.example, https://evil.example", false),
                new Row("a wildcard", "*", false),
                new Row("another brand's", "https://bank.example", false));
    }

    private static String sessionId() {
        String number = Integer.toString(SESSIONS.incrementAndGet());
        return "0".repeat(26 - number.length()) + number;
    }

    private static void letsIn(CarrierKind carrier, Row row) {
        try (Peer peer = Peer.connect(carrier, LOOPS, address(), sessionId(), row.origin())) {
            peer.send(
                    FrameType.HELLO,
                    "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"test/1\",\"brand\":\"shop\",\"lz4\":true,"
                            + "\"page\":{\"origin\":\"https://shop.example\",\"path\":\"/\"}}");
            if (row.isAllowed()) {
                peer.await(FrameType.WELCOME);
            } else {
                assertThat(peer.awaitClosed().code()).isEqualTo(4403);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldLetInConsumersByWebSocket(Row row) {
        letsIn(CarrierKind.WEBSOCKET, row);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldLetInConsumersByLongPolling(Row row) {
        letsIn(CarrierKind.LONG_POLL, row);
    }

    /** Who is no browser sends no origin, and is known by the token alone. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldLetDesksCallRest(Row row) throws IOException {
        String head = rest(row.origin());
        boolean isAllowed = row.isAllowed() || row.origin() == null;
        assertThat(head).startsWith(isAllowed ? "HTTP/1.1 200 " : "HTTP/1.1 403 ");
        if (row.isAllowed()) {
            assertThat(head).contains("access-control-allow-origin: " + row.origin() + "\r\n");
        } else if (row.origin() == null || !row.origin().equals("https://bank.example")) {
            assertThat(head).doesNotContain("access-control-allow-origin");
        }
        assertThat(head).doesNotContain("access-control-allow-credentials");
    }

    private static String rest(@Nullable String origin) throws IOException {
        Brand brand = new Brand("shop", "Shop", Set.of(), Set.of(), List.of(), AgentSecret.of(SECRET));
        String token = new AgentTokens(new Brands(List.of(brand)), InstantSource.system())
                .issue(new AgentIdentity(brand, "ada", "Ada"), Duration.ofMinutes(1));
        try (Socket socket = new Socket(address().getAddress(), address().getPort())) {
            String request =
                    "GET /v1/sessions HTTP/1.1\r\nHost: relay.example\r\nConnection: close\r\nAuthorization: Bearer "
                            + token + "\r\n" + (origin == null ? "" : "Origin: " + origin + "\r\n") + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
