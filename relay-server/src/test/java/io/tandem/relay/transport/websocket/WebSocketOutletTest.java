package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.RecordingGate;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelRequest;
import io.tandem.relay.session.Outlet;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which frames leave as they came, and who has them then. */
class WebSocketOutletTest {
    private static final CarrierLimits LIMITS = new CarrierLimits(1 << 10, 2 << 10, 64 << 10, 2_000);
    private static final int MASKED_HEADER_BYTES = 14;

    private final List<StuckChannel> channels = new ArrayList<>();
    private final StuckChannel channel = new StuckChannel();
    private final Outlet outlet = open(channel);

    private Outlet open(StuckChannel connection) {
        RecordingGate gate = new RecordingGate();
        WebSocketCarrier carrier = new WebSocketCarrier(
                gate,
                new ChannelRequest(
                        "s".repeat(26), CarrierKind.WEBSOCKET, null, InetSocketAddress.createUnresolved("client", 1)),
                LIMITS);
        PipelineConnection under = new PipelineConnection(carrier, LIMITS);
        connection.pipeline().addLast(under);
        under.open();
        channels.add(connection);
        return gate.outlet();
    }

    @AfterEach
    void end() {
        channels.forEach(StuckChannel::finishAndReleaseAll);
    }

    /** A frame as the decoder leaves it: the header that it may leave with in front of it. */
    private static ByteBuf asRead(FrameType type, int payloadBytes) {
        int length = FrameHeader.LENGTH_BYTES + payloadBytes;
        ByteBuf in = Unpooled.buffer(MASKED_HEADER_BYTES + length).writeZero(MASKED_HEADER_BYTES);
        in.skipBytes(MASKED_HEADER_BYTES);
        FrameHeader.write(in, type, FrameHeader.NO_FLAGS, 1, 1, payloadBytes);
        in.writeZero(payloadBytes);
        WebSocketFrames.writeHeaderBefore(in, MASKED_HEADER_BYTES, length);
        return in;
    }

    private static String wire(ByteBuf frame) {
        ByteBuf out = Unpooled.buffer();
        WebSocketFrames.writeHeader(out, Opcode.BINARY, frame.readableBytes());
        return ByteBufUtil.hexDump(out.writeBytes(frame.duplicate()));
    }

    private ByteBuf next() {
        channel.runPendingTasks();
        return Objects.requireNonNull(channel.readOutbound(), "what was sent");
    }

    @Test
    void shouldSendTheFrameItselfWhereItsHeaderStandsInFrontOfIt() {
        for (int payload : new int[] {1, 116, 5_000, 40_000}) {
            ByteBuf frame = asRead(FrameType.MUTATIONS, payload);
            String wire = wire(frame);
            outlet.write(frame);
            ByteBuf sent = next();
            assertThat(sent).isSameAs(frame);
            assertThat(ByteBufUtil.hexDump(sent).equals(wire)).isTrue();
            assertThat(sent.release()).isTrue();
        }
    }

    @Test
    void shouldSendWhatLooksLikeItsHeaderByChance() {
        ByteBuf memory = Unpooled.buffer().writeShort(0x820A);
        FrameHeader.write(memory, FrameType.FOCUS, FrameHeader.NO_FLAGS, 1, 1, 1);
        String wire = ByteBufUtil.hexDump(memory);
        outlet.write(memory.skipBytes(Short.BYTES));
        assertThat(ByteBufUtil.hexDump(WireBytes.written(channelAfterItsTurn())))
                .isEqualTo(wire);
    }

    private StuckChannel channelAfterItsTurn() {
        channel.runPendingTasks();
        return channel;
    }

    @Test
    void shouldHaveTwoReceiversShareTheMemoryAndNothingElse() {
        StuckChannel other = new StuckChannel();
        Outlet toOther = open(other);
        ByteBuf frame = asRead(FrameType.MUTATIONS, 500);
        String wire = wire(frame);
        channel.stuck(true);
        outlet.write(frame.retainedDuplicate());
        toOther.write(frame);
        channel.runPendingTasks();
        other.runPendingTasks();

        ByteBuf second = Objects.requireNonNull(other.readOutbound(), "what the other was sent");
        assertThat(ByteBufUtil.hexDump(second)).isEqualTo(wire);
        assertThat(second.release()).as("the first still has it").isFalse();
        channel.stuck(false);
        ByteBuf first = next();
        assertThat(ByteBufUtil.hexDump(first)).isEqualTo(wire);
        assertThat(first.array()).isSameAs(second.array());
        assertThat(first.release()).isTrue();
    }

    @Test
    void shouldNotHoldAReadForASmallFrameThatMayWaitForLong() {
        channel.stuck(true);
        ByteBuf first = asRead(FrameType.MUTATIONS, 10);
        outlet.write(first);
        channel.runPendingTasks();
        ByteBuf small = asRead(FrameType.MUTATIONS, 20);
        ByteBuf large = asRead(FrameType.MUTATIONS, 5_000);
        String wire = wire(first.readerIndex(MASKED_HEADER_BYTES)) + wire(small) + wire(large);
        first.readerIndex(MASKED_HEADER_BYTES - Short.BYTES);
        outlet.write(small);
        outlet.write(large);
        channel.runPendingTasks();
        assertThat(small.refCnt()).as("copied").isZero();
        assertThat(large.refCnt()).as("waits where it was read").isEqualTo(1);

        channel.stuck(false);
        assertThat(ByteBufUtil.hexDump(WireBytes.written(channel)).equals(wire)).isTrue();
        assertThat(first.refCnt() + large.refCnt()).isZero();
    }

    @Test
    void shouldCopyAPointerThatIsKept() {
        channel.stuck(true);
        ByteBuf large = asRead(FrameType.MUTATIONS, 5_000);
        outlet.write(large);
        ByteBuf pointer = asRead(FrameType.CURSOR, 8);
        String wire = wire(pointer);
        outlet.write(pointer);
        assertThat(pointer.refCnt()).isZero();
        channel.runPendingTasks();
        channel.stuck(false);

        next().release();
        assertThat(ByteBufUtil.hexDump(WireBytes.written(channelAfterItsTurn())))
                .isEqualTo(wire);
    }

    @Test
    void shouldLetGoOfWhatWaitsWhenItsConnectionEnds() {
        channel.stuck(true);
        ByteBuf flushed = asRead(FrameType.MUTATIONS, 500);
        outlet.write(flushed);
        channel.runPendingTasks();
        ByteBuf notFlushed = asRead(FrameType.MUTATIONS, 5_000);
        outlet.write(notFlushed);
        channel.close();
        ByteBuf late = asRead(FrameType.MUTATIONS, 500);
        outlet.write(late);
        channel.runPendingTasks();
        assertThat(flushed.refCnt() + notFlushed.refCnt() + late.refCnt()).isZero();
    }

    @Test
    void shouldSendWhatWaitsBeforeTheClose() {
        ByteBuf frame = asRead(FrameType.MUTATIONS, 5_000);
        String wire = wire(frame);
        outlet.write(frame);
        outlet.close(CloseCode.SESSION_ENDED, "over");
        ByteBuf sent = next();
        assertThat(ByteBufUtil.hexDump(sent).equals(wire)).isTrue();
        sent.release();
        assertThat(WireBytes.close(WireBytes.written(channel))).isEqualTo("4410 over");
    }
}
