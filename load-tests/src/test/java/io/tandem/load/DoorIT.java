package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.load.RunningRelay.Pair;
import io.tandem.load.peer.Peer;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.bootstrap.ConfigFaults;
import io.tandem.relay.bootstrap.Door;
import io.tandem.relay.bootstrap.RelayConfigReader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.SessionLimits;
import io.tandem.relay.testing.Certificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections come to the relay: by TLS, and through proxies that say whose they are. */
@Timeout(120)
class DoorIT {
    private static final SessionLimits LIMITS = SessionLimits.DEFAULTS.howeverLate();
    private static final SessionLimits ONE_EACH = onePerAddress();
    private static final Door BEHIND_PROXY = new Door(Optional.empty(), List.of("127.0.0.0/8"), true, false);
    private static final byte[] NOTHING = new byte[0];

    private static final Map<String, X509Certificate> MADE = new HashMap<>();

    /** Of certificates, which no test changes: each takes a second to make. */
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static X509Certificate made(String name, String algorithm) throws IOException, InterruptedException {
        X509Certificate known = MADE.get(name);
        if (known == null) {
            known = Certificates.write(shared, name, algorithm);
            MADE.put(name, known);
        }
        return known;
    }

    private void copy(String from, String to) throws IOException {
        for (String kind : List.of(".crt", ".key")) {
            Files.copy(shared.resolve(from + kind), folder.resolve(to + kind), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static SessionLimits onePerAddress() {
        SessionLimits usual = SessionLimits.DEFAULTS;
        return new SessionLimits(
                usual.sessionsPerNode(),
                1,
                usual.invitationsPerSession(),
                usual.participantsPerSession(),
                usual.consumerGraceMillis(),
                usual.agentGraceMillis(),
                usual.invitationMillis(),
                usual.idleMillis(),
                usual.maximumMillis(),
                usual.helloDeadlineMillis(),
                usual.heartbeatMillis(),
                Long.MAX_VALUE);
    }

    private static Door tls(Path folder, String name) {
        return new Door(
                Optional.of(new Door.Tls(folder.resolve(name + ".crt"), folder.resolve(name + ".key"))),
                List.of(),
                false,
                false);
    }

    private static Tunnel.Dial dial(SSLContext context) {
        return relay -> context.getSocketFactory().createSocket("localhost", relay.getPort());
    }

    @ParameterizedTest
    @EnumSource(Riding.class)
    void shouldPairOverTls(Riding riding) throws Exception {
        X509Certificate certificate = made("ec", "EC");
        SSLContext trusting = Certificates.trusting(certificate);
        try (Way way = new Way(tls(shared, "ec"), LIMITS, dial(trusting), () -> NOTHING)) {
            // Both loops of the relay get sessions: some connections move to another after the upgrade.
            for (int i = 0; i < 6; i++) {
                try (Pair pair = way.relay.pair("shared", riding)) {
                    byte[] keyframe = SimulatedTag.batchOf("<html>".repeat(100_000));
                    pair.tag().keyframe(keyframe);
                    assertThat(pair.agent().awaitPage(FrameType.KEYFRAME)).isEqualTo(keyframe);
                    pair.agent()
                            .act(FrameType.CLICK, pair.tag().epoch(), new byte[] {5, (byte) 0x80, 0, (byte) 0x80, 0});
                    assertThat(pair.tag().apply(FrameType.CLICK).payload()).hasSize(5);
                    pair.tag().end();
                    assertThat(pair.agent().peer().awaitClosed().code()).isEqualTo(4410);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void shouldSpeakTheseVersionsWithForwardSecrecy(String version) throws Exception {
        SSLContext trusting = Certificates.trusting(made("rsa", "RSA"));
        try (RunningRelay relay = new RunningRelay(tls(shared, "rsa"), LIMITS, at -> at);
                SSLSocket socket = socket(trusting, relay.address())) {
            socket.setEnabledProtocols(new String[] {version});
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
            assertThat(socket.getSession().getCipherSuite()).contains("GCM");
        }
    }

    private static SSLSocket socket(SSLContext context, InetSocketAddress at) throws IOException {
        return (SSLSocket) context.getSocketFactory().createSocket("localhost", at.getPort());
    }

    @Test
    void shouldRefuseWeakCiphersAndPlainText() throws Exception {
        SSLContext trusting = Certificates.trusting(made("rsa", "RSA"));
        try (RunningRelay relay = new RunningRelay(tls(shared, "rsa"), LIMITS, at -> at)) {
            try (SSLSocket socket = socket(trusting, relay.address())) {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                socket.setEnabledCipherSuites(new String[] {"TLS_RSA_WITH_AES_128_CBC_SHA"});
                assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
            }
            try (Socket plain =
                    new Socket(relay.address().getAddress(), relay.address().getPort())) {
                plain.getOutputStream()
                        .write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                        .doesNotContain("ok");
            }
        }
    }

    @Test
    void shouldGiveNewConnectionsACertificateThatHasChanged() throws Exception {
        X509Certificate first = made("ec", "EC");
        X509Certificate second = made("other", "EC");
        copy("ec", "relay");
        SSLContext trusting = Certificates.trusting(first, second);
        try (RunningRelay relay = new RunningRelay(tls(folder, "relay"), LIMITS, at -> at)) {
            assertThat(shown(trusting, relay)).isEqualTo(first);
            copy("other", "relay");
            long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!shown(trusting, relay).equals(second)) {
                assertThat(System.nanoTime()).isLessThan(giveUp);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            }
        }
    }

    private static X509Certificate shown(SSLContext context, RunningRelay relay) throws IOException {
        try (SSLSocket socket = socket(context, relay.address())) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void shouldSayWhatIsWrongWithCertificateAndKey() throws Exception {
        made("ec", "EC");
        made("other", "EC");
        assertThatThrownBy(() -> read("ec.crt", "other.key"))
                .hasMessageContaining("tandem.tls: the key is not that of");
        assertThatThrownBy(() -> read("ec.key", "ec.key")).hasMessageContaining("has no certificates");
        assertThatThrownBy(() -> read("ec.crt", "ec.crt")).hasMessageContaining("BEGIN PRIVATE KEY");
        assertThatThrownBy(() -> read("ec.crt", "nowhere")).hasMessageContaining("cannot be read");
    }

    private void read(String certificates, String key) throws ConfigFaults {
        RelayConfigReader.read(
                Optional.empty(),
                Map.of(
                        "TANDEM_BRANDS", "shop",
                        "TANDEM_BRANDS_SHOP_ORIGINS", "https://shop.example",
                        "TANDEM_BRANDS_SHOP_AGENT_SECRET", "s".repeat(32),
                        "TANDEM_TLS_CERTIFICATES", shared.resolve(certificates).toString(),
                        "TANDEM_TLS_KEY", shared.resolve(key).toString()));
    }

    private static byte[] version1(String client) {
        return ("PROXY TCP4 " + client + " 192.0.2.1 4711 443\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] version2(String client) {
        ByteBuffer header = ByteBuffer.allocate(28);
        header.put(new byte[] {0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 12});
        for (String part : client.split("\\.", -1)) {
            header.put((byte) Integer.parseInt(part));
        }
        return header.put(new byte[] {(byte) 192, 0, 2, 1, 0x12, 0x67, 1, (byte) 0xbb})
                .array();
    }

    @ParameterizedTest
    @EnumSource(CarrierKind.class)
    void shouldCountTheConsumersOwnAddressByProxyProtocol(CarrierKind carrier) {
        AtomicReference<byte[]> says = new AtomicReference<>(version2("203.0.113.5"));
        try (Way way = new Way(BEHIND_PROXY, () -> Objects.requireNonNull(says.get()))) {
            SimulatedTag first = way.relay.tag(way.relay.sessionId(), carrier);
            assertThat(way.closeOfAnother(carrier))
                    .as("a second of this address")
                    .isEqualTo(4002);
            says.set(version1("203.0.113.6"));
            SimulatedTag other = way.relay.tag(way.relay.sessionId(), carrier);
            assertThat(way.closeOfAnother(carrier))
                    .as("a second of that, by version 1")
                    .isEqualTo(4002);
            first.close();
            other.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Riding.class)
    void shouldPairBehindAProxyThatSaysWhoComes(Riding riding) {
        try (Way way = new Way(BEHIND_PROXY, () -> version2("203.0.113.5"));
                Pair pair = way.relay.pair("shared", riding)) {
            byte[] keyframe = SimulatedTag.batchOf("<html>".repeat(10_000));
            pair.tag().keyframe(keyframe);
            assertThat(pair.agent().awaitPage(FrameType.KEYFRAME)).isEqualTo(keyframe);
        }
    }

    @Test
    void shouldTakeNoConnectionOfATrustedProxyWithoutItsHeader() throws IOException {
        try (Way way = new Way(BEHIND_PROXY, () -> NOTHING)) {
            assertThat(answer(way.relay.address(), "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"))
                    .isEmpty();
        }
    }

    @Test
    void shouldNotReadAHeaderOfAnybodyElse() throws IOException {
        Door others = new Door(Optional.empty(), List.of("10.0.0.0/8"), true, true);
        try (Way way = new Way(others, () -> version1("203.0.113.5"))) {
            assertThat(answer(way.relay.address(), "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"))
                    .startsWith("HTTP/1.1 400");
        }
        try (Way way = new Way(others, () -> NOTHING)) {
            assertThat(answer(way.relay.address(), "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    private static String answer(InetSocketAddress at, String request) throws IOException {
        try (Socket socket = new Socket(at.getAddress(), at.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** A relay, by default one that takes one session of an address, and what stands in front of it. */
    private static final class Way implements AutoCloseable {
        private final List<Tunnel> tunnels = new ArrayList<>();
        private final RunningRelay relay;

        Way(Door door, Supplier<byte[]> preamble) {
            this(door, ONE_EACH, Tunnel::plainly, preamble);
        }

        Way(Door door, SessionLimits limits, Tunnel.Dial dial, Supplier<byte[]> preamble) {
            relay = new RunningRelay(door, limits, at -> {
                Tunnel tunnel = new Tunnel(at, dial, preamble);
                tunnels.add(tunnel);
                return tunnel.address();
            });
        }

        int closeOfAnother(CarrierKind carrier) {
            try (Peer peer = relay.peer(relay.sessionId(), carrier)) {
                peer.send(
                        FrameType.HELLO,
                        "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"another/1\",\"brand\":\"demo\",\"lz4\":true}");
                return peer.awaitClosed().code();
            }
        }

        @Override
        public void close() {
            relay.close();
            tunnels.forEach(Tunnel::close);
        }
    }
}
