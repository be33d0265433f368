package io.tandem.relay.transport.longpoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.RecordingGate;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.session.CarrierKind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Polling as HTTP: methods, bodies, versions, what comes too early, and what is for others. */
class PollConnectionTest {
    private static final int MAX_BYTES = LongPollLimits.DEFAULTS.requestBytes();
    private static final byte[] PING = new byte[10];

    private final RecordingGate gate = new RecordingGate();
    private final PollWorld world = new PollWorld(gate);
    private final PollWorld.Connection connection = world.connect();
    private String token = "";

    @BeforeEach
    void open() {
        PollWorld.Connection opening = world.connect();
        opening.open(PollWorld.frame(PollWorld.HELLO));
        gate.outlet().write(frame());
        token = opening.mustReply().records().get(0).substring("token ".length());
        gate.told.clear();
    }

    @AfterEach
    void end() {
        world.end();
    }

    /** A request, and the status that it earns. */
    record Refusal(String name, String request, int status) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Refusal> refusals() {
        String end = " HTTP/1.1\r\nHost: relay\r\n\r\n";
        String path = PollWorld.PATH;
        return List.of(
                new Refusal("a short id", "GET /v1/sessions/0123/poll" + end, 400),
                new Refusal("a query", "GET " + path + "?token=secret" + end, 400),
                new Refusal("another method", "PUT " + path + end, 405),
                new Refusal(
                        "two origins",
                        "POST " + path + " HTTP/1.1\r\nHost: relay\r\nOrigin: https://a.example\r\n"
                                + "Origin: https://b.example\r\nContent-Length: 0\r\n\r\n",
                        400));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void shouldRefuseAndSayWhatIsAllowed(Refusal refusal) {
        PollWorld.Reply reply = connection.send(refusal.request()).mustReply();

        assertThat(reply.status()).isEqualTo(refusal.status());
        assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
        assertThat(reply.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(reply.text()).contains("\"allowed\":[");
        assertThat(connection.get(token, 1).channel.isOpen())
                .as("the connection goes on")
                .isTrue();
    }

    @Test
    void shouldAnswerAProbeAtOnceAndChangeNothing() {
        PollWorld.Reply reply = connection
                .send("GET " + PollWorld.PATH + " HTTP/1.1\r\nHost: relay\r\nOrigin: https://shop.example\r\n\r\n")
                .mustReply();

        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(gate.told).isEmpty();
        assertThat(connection.get(token, 1).channel.isOpen())
                .as("the connection goes on")
                .isTrue();
    }

    @Test
    void shouldAnswerAPreflightForTwoHours() {
        PollWorld.Reply reply = connection
                .send("OPTIONS " + PollWorld.PATH + " HTTP/1.1\r\nHost: relay\r\nOrigin: https://shop.example\r\n"
                        + "Access-Control-Request-Method: GET\r\n"
                        + "Access-Control-Request-Headers: tandem-request,tandem-token\r\n\r\n")
                .mustReply();

        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(reply.header("access-control-allow-methods")).isEqualTo("GET, POST");
        assertThat(reply.header("access-control-allow-headers"))
                .isEqualTo("Tandem-Token, Tandem-Request, Content-Type");
        assertThat(reply.header("access-control-max-age")).isEqualTo("7200");
    }

    @Test
    void shouldLetNothingKeepChangeOrDelayAnAnswer() {
        PollWorld.Reply reply = connection.post(token, 1, PollWorld.frame(PING)).mustReply();
        assertThat(reply.header("cache-control")).isEqualTo("no-store, no-transform");
        assertThat(reply.header("x-accel-buffering")).isEqualTo("no");
        assertThat(reply.header("x-content-type-options")).isEqualTo("nosniff");
    }

    @Test
    void shouldRefuseWhereLongPollIsSwitchedOff() {
        PollWorld off =
                new PollWorld(gate, CarrierLimits.DEFAULTS, LongPollLimits.DEFAULTS, Set.of(CarrierKind.WEBSOCKET));
        PollWorld.Reply reply =
                off.connect().open(PollWorld.frame(PollWorld.HELLO)).mustReply();
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.text()).contains("\"allowed\":[\"websocket\"]");
        off.end();
    }

    @Test
    void shouldGatherABodyHoweverItIsCut() {
        byte[] body = PollWorld.frames(List.of(new byte[70_000], new byte[10], new byte[11]));
        connection.send(PollWorld.post(PollWorld.headers(token, 1), body.length));
        for (int from = 0; from < body.length; from += 7_777) {
            connection.channel.writeInbound(Unpooled.copiedBuffer(body, from, Math.min(7_777, body.length - from)));
        }
        assertThat(connection.mustReply().status()).isEqualTo(204);
        assertThat(gate.told).hasSize(3);
    }

    @Test
    void shouldTakeABodyInChunks() {
        connection.send("POST " + PollWorld.PATH + " HTTP/1.1\r\nHost: relay\r\n" + PollWorld.headers(token, 1)
                + "Transfer-Encoding: chunked\r\n\r\n4\r\n\1\0\0\12\r\na\r\n0123456789\r\n0\r\n\r\n");
        assertThat(connection.mustReply().status()).isEqualTo(204);
        assertThat(gate.told).containsExactly("frame 30313233343536373839");
    }

    @Test
    void shouldTakeNoMoreThanItsBound() {
        byte[] large = new byte[FrameHeader.MAX_FRAME_BYTES];
        byte[] rest = new byte[MAX_BYTES - large.length - 2 * PollRecords.HEADER_BYTES];
        connection.post(token, 1, PollWorld.frames(List.of(large, rest)));
        assertThat(connection.mustReply().status()).isEqualTo(204);
        assertThat(gate.told).hasSize(2);
    }

    @Test
    void shouldRefuseABodyThatIsAnnouncedToBeTooLargeAndReadItToItsEnd() {
        connection.send(PollWorld.post(PollWorld.headers(token, 1), MAX_BYTES + 1));
        PollWorld.Reply reply = connection.mustReply();
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.header("connection")).isEqualTo("close");
        connection.channel.writeInbound(Unpooled.wrappedBuffer(new byte[MAX_BYTES]));
        assertThat(connection.channel.isOpen())
                .as("until the client has sent it")
                .isTrue();
        connection.channel.writeInbound(Unpooled.wrappedBuffer(new byte[1]));
        assertThat(connection.channel.isOpen()).isFalse();

        PollWorld.Connection next = world.connect();
        assertThat(next.get(token, 1).mustReply().records())
                .singleElement()
                .asString()
                .startsWith("close 1009 ");
        assertThat(gate.told).containsExactly("closed");
    }

    @Test
    void shouldRefuseABodyThatGrowsTooLarge() {
        connection.send("POST " + PollWorld.PATH + " HTTP/1.1\r\nHost: relay\r\n" + PollWorld.headers(token, 1)
                + "Transfer-Encoding: chunked\r\n\r\n");
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        for (int sent = 0; sent <= MAX_BYTES; sent += 0x10000) {
            connection.send(chunk);
        }
        assertThat(connection.mustReply().status()).isEqualTo(413);
    }

    @Test
    void shouldAllocateWhatCameAndNotWhatWasAnnounced() {
        connection.send(PollWorld.post(PollWorld.headers(token, 1), MAX_BYTES), new byte[] {1});
        connection.channel.close();
        assertThat(gate.told).isEmpty();
    }

    @Test
    void shouldRefuseABodyOfAGetAndBadChunks() {
        PollWorld.Reply reply = connection
                .send("GET " + PollWorld.PATH + " HTTP/1.1\r\nHost: relay\r\n" + PollWorld.headers(token, 1)
                        + "Content-Length: 1\r\n\r\nx")
                .mustReply();
        assertThat(reply.status()).isEqualTo(400);
        PollWorld.Connection other = world.connect();
        reply = other.send("POST " + PollWorld.PATH + " HTTP/1.1\r\nHost: relay\r\n" + PollWorld.headers(token, 1)
                        + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")
                .mustReply();
        assertThat(reply.status()).isEqualTo(400);
        assertThat(gate.told).isEmpty();
    }

    @Test
    void shouldGiveLeaveToContinue() {
        connection.send(PollWorld.post(PollWorld.headers(token, 1) + "Expect: 100-continue\r\n", 14));
        assertThat(connection.mustReply().status()).isEqualTo(100);
        connection.send("", PollWorld.frame(PING));
        assertThat(connection.mustReply().status()).isEqualTo(204);
    }

    @Test
    void shouldEndAConnectionOfHttp10WithItsAnswer() {
        String old = "HTTP/1.0\r\nConnection: keep-alive";
        connection.send("GET " + PollWorld.PATH + " " + old + "\r\n" + PollWorld.headers(token, 1) + "\r\n");
        assertThat(connection.reply()).isNull();
        gate.outlet().write(frame());
        PollWorld.Reply reply = connection.mustReply();
        assertThat(reply.records()).hasSize(1);
        assertThat(reply.header("connection")).isEqualTo("close");
        assertThat(connection.channel.isOpen()).isFalse();
    }

    @Test
    void shouldUseOneConnectionForOneRequestAfterTheOther() {
        for (int number = 1; number <= 20; number++) {
            assertThat(connection
                            .post(token, number, PollWorld.frame(PING))
                            .mustReply()
                            .status())
                    .isEqualTo(204);
            gate.outlet().write(frame());
            assertThat(connection.get(token, number).mustReply().records()).hasSize(1);
        }
        assertThat(gate.told).hasSize(20);
    }

    @Test
    void shouldNotHearWhatComesBeforeTheAnswerAndSaySo() {
        connection.get(token, 1).post(token, 1, PollWorld.frame(PING));
        assertThat(gate.told).as("not heard").isEmpty();
        gate.outlet().write(frame());
        PollWorld.Reply reply = connection.mustReply();
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("connection")).isEqualTo("close");
        assertThat(connection.channel.isOpen()).isFalse();

        assertThat(world.connect()
                        .post(token, 1, PollWorld.frame(PING))
                        .mustReply()
                        .status())
                .isEqualTo(204);
        assertThat(gate.told).hasSize(1);
    }

    @Test
    void shouldLetOtherRequestsPassAndNotOvertakeTheirAnswers() {
        connection.send("GET /healthz HTTP/1.1\r\nHost: relay\r\n\r\n");
        assertThat(connection.channel.inboundMessages()).hasSize(2);
        connection.channel.inboundMessages().forEach(ReferenceCountUtil::release);
        connection.channel.inboundMessages().clear();
        connection.post(token, 1, PollWorld.frame(PING));
        assertThat(gate.told).as("behind an answer that was not given").isEmpty();

        DefaultFullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
        connection.channel.writeOutbound(response);
        assertThat(connection.mustReply().header("connection")).isEqualTo("close");
        assertThat(connection.channel.isOpen()).isFalse();
    }

    @Test
    void shouldCopyASmallFrameOutOfALargeBody() {
        ByteBuf body = Unpooled.buffer();
        body.writeBytes(PollWorld.frames(List.of(PING, new byte[100_000])));
        PollRecordReader reader = new PollRecordReader(body);
        ByteBuf small = bytes(reader);
        ByteBuf large = bytes(reader);
        body.release();
        assertThat(body.refCnt()).as("kept by the large frame").isPositive();
        large.release();
        assertThat(body.refCnt()).as("not by the small one").isZero();
        assertThat(ByteBufUtil.hexDump(small)).isEqualTo("00".repeat(10));
        small.release();
    }

    private static ByteBuf bytes(PollRecordReader reader) {
        try {
            if (reader.next() instanceof PollRecordReader.Frame frame) {
                return frame.bytes();
            }
        } catch (FrameViolation e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("no frame");
    }

    private static ByteBuf frame() {
        ByteBuf frame = Unpooled.buffer(FrameHeader.LENGTH_BYTES);
        FrameHeader.write(frame, FrameType.SESSION, FrameHeader.NO_FLAGS, 0, 0, 1);
        return frame.writeBytes("{}".getBytes(StandardCharsets.UTF_8));
    }
}
