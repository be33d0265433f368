package io.tandem.load.netlab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every fault on real sockets, with the test at both ends. */
class FaultProxyTest {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final long PATIENCE_NANOS = PATIENCE_MILLIS * 1_000_000L;
    private static final String UPGRADE = head(
            "GET /v1/sessions/abc/channel HTTP/1.1",
            "Host: relay",
            "Upgrade: websocket",
            "Connection: keep-alive, Upgrade",
            "Sec-WebSocket-Version: 13");
    private static final String SWITCHING =
            head("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade");
    private static final String POLL =
            head("POST /v1/sessions/abc/poll HTTP/1.1", "Host: relay", "Content-Length: 4") + "body";
    private static final String PAGE = head("GET /demo/ HTTP/1.1", "Host: relay");

    private static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    private final ServerSocket relay = listen();
    private final FaultProxy path =
            FaultProxy.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.getLocalPort()), 0, 1);

    private static ServerSocket listen() {
        try {
            ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            server.setSoTimeout(PATIENCE_MILLIS);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() throws IOException {
        path.close();
        relay.close();
    }

    /** A connection through the path, with both ends in the test's hands. */
    private record Ends(Socket client, Socket relay) {
        void up(String text) throws IOException {
            client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void down(String text) throws IOException {
            relay.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void assertArrivesUp(String text) throws IOException {
            assertThat(read(relay, text.length())).isEqualTo(text);
        }

        void assertArrivesDown(String text) throws IOException {
            assertThat(read(client, text.length())).isEqualTo(text);
        }

        private static String read(Socket socket, int length) throws IOException {
            return new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
        }

        Ends upgraded() throws IOException {
            up(UPGRADE);
            assertArrivesUp(UPGRADE);
            down(SWITCHING);
            assertArrivesDown(SWITCHING);
            return this;
        }
    }

    private Socket client() throws IOException {
        Socket client = new Socket(path.address().getAddress(), path.address().getPort());
        client.setSoTimeout(PATIENCE_MILLIS);
        return client;
    }

    private Ends connect() throws IOException {
        Socket client = client();
        Socket server = relay.accept();
        server.setSoTimeout(PATIENCE_MILLIS);
        return new Ends(client, server);
    }

    private void await(ToLongFunction<PathFigures> figure, LongPredicate wanted) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!wanted.test(figure.applyAsLong(path.figures()))) {
            assertThat(System.nanoTime()).as("%s", path.figures()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static void assertReset(Socket socket) {
        assertThatThrownBy(() -> {
                    while (socket.getInputStream().read() >= 0) {
                        socket.getOutputStream().write(0);
                    }
                    // The end of the stream alone would be an orderly one.
                    throw new AssertionError("the connection ended in order");
                })
                .isInstanceOf(SocketException.class);
    }

    @Test
    void shouldLetBytesPassUnchangedAndEndsAsTheyAreMeant() throws IOException {
        Ends ends = connect().upgraded();
        ends.up("frames");
        ends.assertArrivesUp("frames");
        ends.client().shutdownOutput();
        assertThat(ends.relay().getInputStream().read()).isEqualTo(-1);
        ends.down("farewell");
        ends.relay().close();
        ends.assertArrivesDown("farewell");
        assertThat(ends.client().getInputStream().read()).isEqualTo(-1);
        await(PathFigures::links, links -> links == 0);
    }

    @Test
    void shouldHoldEverythingInABlackholeAndLetItFlowWhenThePathIsBack() throws IOException {
        Ends ends = connect().upgraded();
        path.blackhole();
        ends.up("up");
        ends.down("down");
        await(PathFigures::bytesOnTheWay, bytes -> bytes == 6);
        assertThat(ends.relay().getInputStream().available()).isZero();
        try (Socket hanging = client()) {
            hanging.getOutputStream().write(PAGE.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(path.figures().opened())
                    .as("the new one is not heard of")
                    .isEqualTo(1);

            path.up(false);

            ends.assertArrivesUp("up");
            ends.assertArrivesDown("down");
            try (Socket late = relay.accept()) {
                assertThat(Ends.read(late, PAGE.length())).isEqualTo(PAGE);
            }
        }
    }

    @Test
    void shouldLeaveConnectionsDeadWhereThePathComesBackWithoutThem() throws IOException {
        Ends ends = connect().upgraded();
        path.blackhole();
        ends.up("lost");
        await(PathFigures::bytesOnTheWay, bytes -> bytes == 4);
        path.up(true);
        await(PathFigures::bytesOnTheWay, bytes -> bytes == 0);
        ends.relay().close();
        ends.up("into nothing");
        Ends fresh = connect().upgraded();
        fresh.up("alive");
        fresh.assertArrivesUp("alive");
        assertThat(ends.client().getInputStream().available()).isZero();
        ends.client().close();
        await(PathFigures::links, links -> links == 1);
    }

    @Test
    void shouldNotHearOfWhoGaveUpInTheDark() throws IOException {
        path.blackhole();
        try (Socket first = client()) {
            first.getOutputStream().write(PAGE.getBytes(StandardCharsets.ISO_8859_1));
            await(PathFigures::leftAlone, waiting -> waiting == 1);
        }
        await(PathFigures::leftAlone, waiting -> waiting == 0);
        try (Socket second = client()) {
            second.getOutputStream().write(PAGE.getBytes(StandardCharsets.ISO_8859_1));
            await(PathFigures::leftAlone, waiting -> waiting == 1);
            path.up(false);
            try (Socket heard = relay.accept()) {
                assertThat(Ends.read(heard, PAGE.length())).isEqualTo(PAGE);
                await(PathFigures::opened, opened -> opened == 1);
            }
        }
    }

    @Test
    void shouldLeaveAloneForGoodWhoCameInTheDarkWhereThePathComesBackWithoutThem() throws IOException {
        path.blackhole();
        try (Socket waiting = client()) {
            waiting.getOutputStream().write(PAGE.getBytes(StandardCharsets.ISO_8859_1));
            await(PathFigures::leftAlone, alone -> alone == 1);
            path.up(true);
            Ends fresh = connect().upgraded();
            fresh.up("alive");
            fresh.assertArrivesUp("alive");
            assertThat(path.figures().opened()).isEqualTo(1);
        }
    }

    @Test
    void shouldLoseOneDirectionAlone() throws IOException {
        Ends ends = connect().upgraded();
        path.lose(Direction.UP, true);
        ends.up("up");
        ends.down("down");
        ends.assertArrivesDown("down");
        await(PathFigures::bytesOnTheWay, bytes -> bytes == 2);
        path.lose(Direction.UP, false);
        ends.assertArrivesUp("up");
    }

    @Test
    void shouldBoundWhatIsHeldByPushingBackOnTheSender() throws IOException {
        Ends ends = connect().upgraded();
        path.blackhole();
        byte[] much = new byte[64 << 10];
        ends.client().setSoTimeout(1);
        Thread sender = new Thread(() -> {
            try {
                for (int i = 0; i < 1024; i++) {
                    ends.client().getOutputStream().write(much);
                }
            } catch (IOException endsWithTheTest) {
                Thread.currentThread().interrupt();
            }
        });
        sender.start();
        await(PathFigures::bytesOnTheWay, bytes -> bytes >= Flow.MAX_BYTES);
        assertThat(path.figures().bytesOnTheWay()).isLessThanOrEqualTo(Flow.MAX_BYTES + (64 << 10));
        path.up(false);
        assertThat(ends.relay().getInputStream().readNBytes(64 << 20)).hasSize(64 << 20);
    }

    @Test
    void shouldResetBothEnds() throws IOException {
        Ends ends = connect().upgraded();
        path.reset();
        assertReset(ends.client());
        assertReset(ends.relay());
    }

    @Test
    void shouldRefuseNewConnectionsAndServePresentOnes() throws IOException {
        Ends ends = connect().upgraded();
        path.refuseNew(true);
        assertThatThrownBy(this::client).isInstanceOf(ConnectException.class);
        ends.up("still here");
        ends.assertArrivesUp("still here");
        path.refuseNew(false);
        connect().upgraded();
    }

    @Test
    void shouldStripWhatAsksForAnUpgrade() throws IOException {
        path.stripUpgrade(true);
        Ends ends = connect();
        ends.up(UPGRADE);
        ends.assertArrivesUp(head("GET /v1/sessions/abc/channel HTTP/1.1", "Host: relay", "Sec-WebSocket-Version: 13"));
    }

    @Test
    void shouldBlockWebSocketsAndBreakOffPresentOnes() throws IOException {
        Ends present = connect().upgraded();
        Ends other = connect();
        path.blockWebSocket(WebSocketBlock.FORBIDDEN);
        assertReset(present.client());

        Ends refused = connect();
        refused.up(UPGRADE);
        refused.assertArrivesDown("HTTP/1.1 403 Forbidden\r\n");
        other.up(PAGE);
        other.assertArrivesUp(PAGE);

        path.blockWebSocket(WebSocketBlock.CLOSED);
        Ends closed = connect();
        closed.up(UPGRADE);
        assertReset(closed.client());

        path.blockWebSocket(WebSocketBlock.HANGING);
        Ends hanging = connect();
        hanging.up(UPGRADE);
        hanging.relay().shutdownOutput();
        assertThat(hanging.relay().getInputStream().read()).isEqualTo(-1);
        assertThat(hanging.client().getInputStream().available()).isZero();
    }

    @Test
    void shouldBlockLongPollsAndBreakOffPresentOnes() throws IOException {
        Ends present = connect();
        present.up(POLL);
        present.assertArrivesUp(POLL);
        path.blockLongPoll(true);
        assertReset(present.client());
        Ends refused = connect();
        refused.up(POLL);
        refused.assertArrivesDown("HTTP/1.1 503 Service Unavailable\r\n");
        connect().upgraded();
    }

    @Test
    void shouldPassAResponseOnWhenItIsWhole() throws IOException {
        path.bufferResponses(true);
        Ends ends = connect();
        ends.up(PAGE);
        ends.assertArrivesUp(PAGE);
        String chunked = head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + "3\r\nabc\r\n";
        ends.down(chunked);
        ends.up(PAGE);
        ends.assertArrivesUp(PAGE);
        assertThat(ends.client().getInputStream().available()).isZero();
        ends.down("0\r\n\r\n");
        ends.assertArrivesDown(chunked + "0\r\n\r\n");
        connect().upgraded();
    }

    @Test
    void shouldCutTheNextMessageOfAChannelInItsMiddle() throws IOException {
        Ends page = connect();
        Ends channel = connect().upgraded();
        path.truncateNext(Direction.DOWN);
        page.up(PAGE);
        page.assertArrivesUp(PAGE);
        String answer = head("HTTP/1.1 200 OK", "Content-Length: 4") + "page";
        page.down(answer);
        page.assertArrivesDown(answer);
        channel.down("message!");
        assertThat(channel.client().getInputStream().readAllBytes()).asString().isEqualTo("mess");
    }

    @Test
    void shouldCutIdleConnections() throws IOException {
        Ends ends = connect().upgraded();
        path.cutIdle(50);
        assertThat(ends.client().getInputStream().read()).isEqualTo(-1);
        assertThat(ends.relay().getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void shouldAlternateByItself() throws IOException {
        path.alternate(20);
        for (String answer : Arrays.asList("HTTP/1.1 403 Forbidden", "HTTP/1.1 503 Service Unavailable")) {
            String request = answer.contains("403") ? UPGRADE : POLL;
            awaitAnswer(request, answer);
        }
        path.alternate(0);
        connect().upgraded();
    }

    private void awaitAnswer(String request, String answer) throws IOException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        String came = "";
        while (!came.equals(answer)) {
            assertThat(System.nanoTime()).as("waiting for " + answer).isLessThan(end);
            try (Socket client = client();
                    Socket server = relay.accept()) {
                client.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                server.getOutputStream().write(head("HTTP/1.1 204 No Content").getBytes(StandardCharsets.ISO_8859_1));
                came = Ends.read(client, answer.length());
            } catch (SocketException brokenOffByTheChange) {
                came = "";
            }
        }
    }

    @Test
    void shouldRefuseARelayOnAnotherMachine() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaultProxy.start(new InetSocketAddress("192.0.2.1", 80), 0, 1))
                .withMessageContaining("this machine's own");
    }
}
