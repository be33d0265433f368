package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Long-polling as an HTTP library speaks it, request by request. */
class LongPollIT {
    private static final RunningRelay RELAY = new RunningRelay();

    /** Shorter than a GET is held: an answer within it was given because there was one. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int FRAME = 1;
    private static final int CLOSE = 2;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String sessionId = RELAY.sessionId();
    private String token = "";

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    @BeforeEach
    void open() {
        byte[] hello = "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"test\",\"brand\":\"demo\",\"lz4\":true}"
                .getBytes(StandardCharsets.UTF_8);
        HttpRequest request = poll().header("Origin", RunningRelay.ORIGIN)
                .POST(HttpRequest.BodyPublishers.ofByteArray(record(FRAME, frame(FrameType.HELLO, 1, hello))))
                .build();
        ByteBuf body = Unpooled.wrappedBuffer(send(request).body());
        body.skipBytes(1);
        token = body.readCharSequence(body.readUnsignedMedium(), StandardCharsets.US_ASCII)
                .toString();
    }

    private HttpRequest.Builder poll() {
        return HttpRequest.newBuilder(URI.create("http://" + RELAY.address().getHostString() + ":"
                        + RELAY.address().getPort() + "/v1/sessions/" + sessionId + "/poll"))
                .timeout(PATIENCE);
    }

    private HttpRequest.Builder numbered(int number) {
        return poll().header("Tandem-Token", token).header("Tandem-Request", Integer.toString(number));
    }

    private HttpRequest get(int number) {
        return numbered(number).GET().build();
    }

    private HttpRequest post(int number, byte[] body) {
        return numbered(number)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    private HttpResponse<byte[]> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static byte[] frame(FrameType type, long sequence, byte[] payload) {
        ByteBuf frame = Unpooled.buffer();
        FrameHeader.write(frame, type, FrameHeader.NO_FLAGS, 0, 0, sequence);
        return ByteBufUtil.getBytes(frame.writeBytes(payload));
    }

    private static byte[] record(int kind, byte[] bytes) {
        ByteBuf record = Unpooled.buffer();
        return ByteBufUtil.getBytes(
                record.writeByte(kind).writeMedium(bytes.length).writeBytes(bytes));
    }

    private static byte[] pings(long... sequences) {
        ByteBuf body = Unpooled.buffer();
        for (long sequence : sequences) {
            body.writeBytes(record(FRAME, frame(FrameType.PING, sequence, new byte[0])));
        }
        return ByteBufUtil.getBytes(body);
    }

    /** The sequences of the PONGs in an answer. */
    private static List<Long> pongs(HttpResponse<byte[]> response) {
        List<Long> sequences = new ArrayList<>();
        ByteBuf body = Unpooled.wrappedBuffer(response.body());
        while (body.isReadable()) {
            int kind = body.readUnsignedByte();
            ByteBuf frame = body.readSlice(body.readUnsignedMedium());
            if (kind == FRAME && FrameHeader.typeCode(frame) == FrameType.PONG.code()) {
                sequences.add(FrameHeader.sequence(frame));
            }
        }
        return sequences;
    }

    @Test
    void shouldBringAllThatWaitsInOneAnswer() {
        assertThat(send(post(1, pings(1, 2, 3))).statusCode()).isEqualTo(204);
        assertThat(send(post(2, pings(4))).statusCode()).isEqualTo(204);
        assertThat(pongs(send(get(1)))).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void shouldAnswerAGetThatWaitsAsSoonAsThereIsAFrame() {
        for (int number = 1; number <= 5; number++) {
            CompletableFuture<HttpResponse<byte[]>> held =
                    http.sendAsync(get(number), HttpResponse.BodyHandlers.ofByteArray());
            assertThat(send(post(number, pings(number))).statusCode()).isEqualTo(204);
            assertThat(pongs(held.join())).containsExactly((long) number);
        }
    }

    @Test
    void shouldTakeARepeatedPostOnce() {
        for (int time = 0; time < 3; time++) {
            assertThat(send(post(1, pings(7))).statusCode()).isEqualTo(204);
        }
        assertThat(pongs(send(get(1)))).containsExactly(7L);
    }

    @Test
    void shouldSayThatTheAnswerToARepeatedGetIsGone() {
        send(post(1, pings(1)));
        assertThat(pongs(send(get(1)))).hasSize(1);
        assertThat(closeCode(send(get(1)))).isEqualTo(4102);
        assertThat(send(get(2)).statusCode()).isEqualTo(404);
    }

    private static int closeCode(HttpResponse<byte[]> response) {
        ByteBuf body = Unpooled.wrappedBuffer(response.body());
        assertThat(body.readUnsignedByte()).isEqualTo((short) CLOSE);
        body.readUnsignedMedium();
        return body.readUnsignedShort();
    }

    @Test
    void shouldTellTheOthersAtOnceWhenTheConnectionOfAGetThatWaitsBreaks() throws IOException {
        try (RunningRelay.Pair pair = RELAY.pair("shared", Riding.LONG_POLL)) {
            pair.tag().close();
            assertThat(pair.agent()
                            .peer()
                            .await(
                                    "SESSION with an absent consumer",
                                    received -> received.is(FrameType.SESSION)
                                            && new String(received.payload(), StandardCharsets.UTF_8)
                                                    .contains("\"present\":false"))
                            .json()
                            .text("state"))
                    .isEqualTo("active");
        }
    }

    @Test
    void shouldRefuseWhatIsTooLargeThoughTheClientIsStillSending() throws IOException {
        try (Socket socket =
                new Socket(RELAY.address().getAddress(), RELAY.address().getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            int length = 8 << 20;
            String head = "POST /v1/sessions/" + sessionId + "/poll HTTP/1.1\r\nHost: relay\r\nTandem-Token: " + token
                    + "\r\nTandem-Request: 1\r\nContent-Length: " + length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            for (int sent = 0; sent < length; sent += 64 << 10) {
                socket.getOutputStream().write(new byte[64 << 10]);
            }
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 413 ").contains("application/problem+json");
        }
        assertThat(closeCode(send(get(1)))).isEqualTo(1009);
    }
}
