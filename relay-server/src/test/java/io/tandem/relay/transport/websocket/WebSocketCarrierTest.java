package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.RecordingGate;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.CloseReason;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelRequest;
import io.tandem.relay.testing.Vectors;
import io.tandem.relay.testing.Vectors.Vector;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is WebSocket's own; what every carrier must do is in its contract test. */
class WebSocketCarrierTest {
    private static final CarrierLimits LIMITS = new CarrierLimits(1 << 10, 2 << 10, 16 << 10, 2_000);

    private final RecordingGate gate = new RecordingGate();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    static List<Vector> carrierFaults() {
        return Vectors.rows("bad-carrier.json");
    }

    @BeforeEach
    void open() {
        channel.freezeTime();
        WebSocketCarrier carrier = new WebSocketCarrier(
                gate,
                new ChannelRequest(
                        "s".repeat(26), CarrierKind.WEBSOCKET, null, InetSocketAddress.createUnresolved("client", 1)),
                LIMITS);
        PipelineConnection under = new PipelineConnection(carrier, LIMITS);
        channel.pipeline().addLast(under);
        under.open();
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldSayWhatEachFrameTookOfTheNetwork() {
        ByteBuf first = WireBytes.message(new byte[300]);
        ByteBuf ping = WireBytes.masked(WireBytes.FIN | Opcode.PING.code(), new byte[4]);
        ByteBuf second = WireBytes.message(new byte[10]);
        int firstBytes = first.readableBytes();
        int otherBytes = ping.readableBytes() + second.readableBytes();
        channel.writeInbound(first, ping, second);
        WireBytes.written(channel).release();

        assertThat(gate.carried).containsExactly(firstBytes, otherBytes);
    }

    @Test
    void shouldSayWhatCameWithNoMessageWhenItIsMuch() {
        for (int i = 0; i < 600; i++) {
            channel.writeInbound(WireBytes.masked(WireBytes.FIN | Opcode.PING.code(), new byte[125]));
        }
        WireBytes.written(channel).release();
        assertThat(gate.carriedAlone)
                .singleElement()
                .satisfies(bytes -> assertThat(bytes).isBetween(64 << 10, (64 << 10) + 131));
    }

    @Test
    void shouldGatherNoMoreThanAHelloBeforeTheFirstMessage() {
        ByteBuf large = WireBytes.message(new byte[FrameHeader.MAX_CONTROL_FRAME_BYTES + 1]);
        channel.writeInbound(large.readSlice(20).copy());
        large.release();
        assertThat(WireBytes.close(WireBytes.written(channel)))
                .startsWith("4400 ")
                .contains("allowed is a HELLO");
        assertThat(gate.told).containsExactly("open", "closed");
    }

    @Test
    void shouldGatherNoMoreThanAHelloInFragmentsWithAPingAmongThem() {
        byte[] part = new byte[FrameHeader.MAX_CONTROL_FRAME_BYTES - 1];
        channel.writeInbound(WireBytes.masked(Opcode.BINARY.code(), part));
        channel.writeInbound(WireBytes.masked(WireBytes.FIN | Opcode.PING.code(), new byte[125]));
        assertThat(ByteBufUtil.hexDump(WireBytes.written(channel)))
                .as("a ping is no part of it")
                .startsWith("8a7d");
        channel.writeInbound(WireBytes.masked(WireBytes.FIN | Opcode.CONTINUATION.code(), new byte[2]));
        assertThat(WireBytes.close(WireBytes.written(channel))).startsWith("4400 ");
    }

    @Test
    void shouldKeepNothingOfAMessageThatComesAfterItsClose() {
        channel.writeInbound(WireBytes.masked(WireBytes.FIN | Opcode.BINARY.code(), new byte[10]));
        gate.told.clear();
        gate.outlet().close(CloseCode.NOT_AUTHENTICATED, "no");
        ByteBuf whole = WireBytes.message(new byte[1 << 20]);
        ByteBuf first = whole.readSlice(100_000).copy();
        ByteBuf second = whole.copy();
        whole.release();
        channel.writeInbound(WireBytes.masked(WireBytes.FIN | Opcode.BINARY.code(), new byte[10]));
        channel.writeInbound(first);
        assertThat(first.refCnt()).isZero();
        channel.writeInbound(second);
        channel.writeInbound(WireBytes.masked(WireBytes.FIN | Opcode.CLOSE.code(), new byte[] {0x11, 0x31}));
        assertThat(channel.isOpen()).isFalse();
        assertThat(gate.told).containsExactly("closed");
    }

    @ParameterizedTest
    @MethodSource("carrierFaults")
    void shouldAnswerWithTheCloseCode(Vector row) {
        channel.writeInbound(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(row.text("wireHex"))));

        assertThat(WireBytes.close(WireBytes.written(channel))).startsWith(row.number("closeCode") + " ");
        assertThat(channel.isOpen()).isFalse();
        assertThat(gate.told).containsExactly("open", "closed");
    }

    @ParameterizedTest
    @MethodSource("carrierFaults")
    void shouldAnswerTheSameWhenEveryByteComesAlone(Vector row) {
        for (byte next : ByteBufUtil.decodeHexDump(row.text("wireHex"))) {
            if (channel.isOpen()) {
                channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {next}));
            }
        }

        assertThat(WireBytes.close(WireBytes.written(channel))).startsWith(row.number("closeCode") + " ");
        assertThat(gate.told).containsExactly("open", "closed");
    }

    @Test
    void shouldPassEachMessageOnHoweverItIsCut() {
        Random random = new Random(1);
        for (int length : new int[] {0, 1, 7, 8, 9, 125, 126, 127, 1000, 65_535, 65_536, FrameHeader.MAX_FRAME_BYTES}) {
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            ByteBuf wire = Unpooled.buffer();
            for (int round = 0; round < 3; round++) {
                ByteBuf frame = WireBytes.message(payload);
                wire.writeBytes(frame);
            }
            gate.told.clear();
            while (wire.isReadable()) {
                channel.writeInbound(wire.readBytes(Math.min(wire.readableBytes(), 1 + random.nextInt(90_000))));
            }
            String told = "frame " + ByteBufUtil.hexDump(payload);
            assertThat(gate.told.equals(List.of(told, told, told)))
                    .as("length %d", length)
                    .isTrue();
        }
    }

    @Test
    void shouldJoinFragmentsWithAPingAmongThem() {
        channel.writeInbound(WireBytes.masked(Opcode.BINARY.code(), bytes("one ")));
        channel.writeInbound(WireBytes.masked(WireBytes.FIN | Opcode.PING.code(), bytes("?")));
        channel.writeInbound(WireBytes.masked(Opcode.CONTINUATION.code(), bytes("")));
        channel.writeInbound(WireBytes.masked(WireBytes.FIN | Opcode.CONTINUATION.code(), bytes("frame")));

        assertThat(gate.told).containsExactly("open", "frame " + ByteBufUtil.hexDump(bytes("one frame")));
        assertThat(ByteBufUtil.hexDump(WireBytes.written(channel))).isEqualTo("8a01" + ByteBufUtil.hexDump(bytes("?")));
    }

    @Test
    void shouldSendWhatWasWrittenBeforeItsClose() {
        gate.outlet().write(frame(FrameType.SESSION, 0, 5));
        gate.outlet().close(CloseCode.SESSION_ENDED, "x".repeat(200));
        gate.outlet().write(frame(FrameType.SESSION, 0, 5));
        channel.runPendingTasks();

        ByteBuf written = WireBytes.written(channel);
        written.skipBytes(2 + FrameHeader.LENGTH_BYTES + 5);
        assertThat(WireBytes.close(written)).isEqualTo("4410 " + "x".repeat(CloseReason.MAX_BYTES));
        assertThat(written.isReadable()).isFalse();
        assertThat(channel.isOpen()).as("until the client answers").isTrue();

        channel.writeInbound(WireBytes.masked(WireBytes.FIN | Opcode.CLOSE.code(), new byte[] {0x11, 0x3a}));
        assertThat(channel.isOpen()).isFalse();
        assertThat(gate.told).containsExactly("open", "closed");
    }

    @Test
    void shouldCutAClientThatDoesNotAnswerItsClose() {
        gate.outlet().close(CloseCode.GOING_AWAY, "the node stops");
        channel.writeInbound(WireBytes.message(bytes("goes nowhere")));
        channel.advanceTimeBy(LIMITS.closeMillis() - 1, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isTrue();

        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(gate.told).containsExactly("open", "closed");
    }

    @Test
    void shouldStopAndGoOnReading() {
        gate.outlet().setReading(false);
        assertThat(channel.config().isAutoRead()).isFalse();
        gate.outlet().setReading(true);
        assertThat(channel.config().isAutoRead()).isTrue();
        gate.outlet().setReading(false);
        gate.outlet().close(CloseCode.DRAINING, "");
        assertThat(channel.config().isAutoRead())
                .as("to see the client's close")
                .isTrue();
    }

    @Test
    void shouldTellOnceThatItIsClosed() {
        channel.writeInbound(WireBytes.masked(Opcode.BINARY.code(), bytes("half a message")));
        channel.close();
        channel.runPendingTasks();
        gate.outlet().write(frame(FrameType.CURSOR, 1, 5));
        gate.outlet().close(CloseCode.NORMAL, "");

        assertThat(gate.told).containsExactly("open", "closed");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuf frame(FrameType type, int sender, int payloadLength) {
        ByteBuf frame = Unpooled.buffer();
        FrameHeader.write(frame, type, FrameHeader.NO_FLAGS, sender, 1, 1);
        return frame.writeZero(payloadLength);
    }
}
