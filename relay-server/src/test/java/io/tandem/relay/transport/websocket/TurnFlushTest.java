package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.RecordingGate;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelRequest;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnFlushTest {
    private static final CarrierLimits LIMITS = new CarrierLimits(1 << 10, 2 << 10, 64 << 10, 2_000);

    private final List<End> ends = new ArrayList<>();
    private final End from = new End();
    private final End to = new End();

    /** One client's connection, and how often it was flushed. */
    private final class End extends ChannelOutboundHandlerAdapter {
        private final RecordingGate gate = new RecordingGate();
        private final StuckChannel channel = new StuckChannel(this);
        private Runnable whenFlushed = () -> {};
        private int flushes;

        End() {
            WebSocketCarrier carrier = new WebSocketCarrier(
                    gate,
                    new ChannelRequest(
                            "s".repeat(26),
                            CarrierKind.WEBSOCKET,
                            null,
                            InetSocketAddress.createUnresolved("client", 1)),
                    LIMITS);
            PipelineConnection under = new PipelineConnection(carrier, LIMITS);
            channel.pipeline().addLast(under);
            under.open();
            ends.add(this);
        }

        @Override
        public void flush(ChannelHandlerContext ctx) {
            flushes++;
            ctx.flush();
            whenFlushed.run();
        }

        void write(FrameType type, int payloadBytes) {
            ByteBuf frame = Unpooled.buffer();
            FrameHeader.write(frame, type, FrameHeader.NO_FLAGS, 0, 1, 1);
            gate.outlet().write(frame.writeZero(payloadBytes));
        }

        /** The types of the frames that its client got. */
        List<FrameType> got() {
            List<FrameType> types = new ArrayList<>();
            ByteBuf written = WireBytes.written(channel);
            while (written.isReadable()) {
                int opcode = written.readUnsignedByte();
                int length = written.readUnsignedByte();
                length = length < 126 ? length : written.readUnsignedShort();
                if (opcode == (WireBytes.FIN | Opcode.BINARY.code())) {
                    types.add(FrameType.ofCode(FrameHeader.typeCode(written)));
                }
                written.skipBytes(length);
            }
            return types;
        }
    }

    @AfterEach
    void end() {
        ends.forEach(each -> each.channel.finishAndReleaseAll());
    }

    /** Messages that one read brings, each of which has the gate do what the test wants. */
    private void read(int messages) {
        for (int i = 0; i < messages; i++) {
            from.channel.pipeline().fireChannelRead(WireBytes.message(new byte[FrameHeader.LENGTH_BYTES]));
        }
        from.channel.pipeline().fireChannelReadComplete();
    }

    @Test
    void shouldFlushOnceForAllThatOneReadBrings() {
        End third = new End();
        AtomicInteger flushedMeanwhile = new AtomicInteger();
        from.gate.onFrame = () -> {
            to.write(FrameType.MUTATIONS, 1);
            third.write(FrameType.MUTATIONS, 1);
            from.write(FrameType.SESSION, 1);
            flushedMeanwhile.set(to.flushes + third.flushes + from.flushes);
        };
        read(50);
        assertThat(to.got()).hasSize(50);
        assertThat(third.got()).hasSize(50);
        assertThat(from.got()).hasSize(50);
        assertThat(List.of(to.flushes, third.flushes, from.flushes)).containsOnly(1);
        assertThat(flushedMeanwhile).hasValue(0);

        read(1);
        assertThat(to.flushes).isEqualTo(2);
    }

    @Test
    void shouldFlushWhatIsWrittenOutsideOfAReadAtTheEndOfTheTurn() {
        to.write(FrameType.MUTATIONS, 1);
        assertThat(to.flushes).isZero();
        to.channel.runPendingTasks();
        assertThat(to.flushes).isEqualTo(1);
        assertThat(to.got()).containsExactly(FrameType.MUTATIONS);

        // And also where a read of the same turn adds to it.
        to.write(FrameType.MUTATIONS, 1);
        from.gate.onFrame = () -> to.write(FrameType.SESSION, 1);
        read(2);
        to.channel.runPendingTasks();
        assertThat(to.got()).containsExactly(FrameType.MUTATIONS, FrameType.SESSION, FrameType.SESSION);
    }

    @Test
    void shouldSendWhatAFlushMakesRoomFor() {
        from.gate.onFrame = () -> {
            to.write(FrameType.MUTATIONS, 3_000);
            // Full: this one waits for the flush.
            to.write(FrameType.CURSOR, 8);
        };
        read(1);
        to.channel.runPendingTasks();
        assertThat(to.got()).containsExactly(FrameType.MUTATIONS, FrameType.CURSOR);
        assertThat(to.gate.told).containsExactly("open", "writable false", "writable true");
    }

    @Test
    void shouldFlushTheOthersWhereAFlushEndsAConnection() {
        End third = new End();
        from.gate.onFrame = () -> {
            to.write(FrameType.MUTATIONS, 1);
            third.write(FrameType.MUTATIONS, 1);
        };
        to.whenFlushed = () -> {
            to.whenFlushed = () -> {};
            to.channel.close();
            third.write(FrameType.SESSION, 1);
        };
        read(1);
        third.channel.runPendingTasks();
        assertThat(to.gate.told).containsExactly("open", "closed");
        assertThat(third.got()).containsExactly(FrameType.MUTATIONS, FrameType.SESSION);
    }

    @Test
    void shouldSendWhatAReadBroughtBeforeTheCloseThatItBrings() {
        from.gate.onFrame = () -> {
            to.write(FrameType.MUTATIONS, 1);
            to.gate.outlet().close(CloseCode.SESSION_ENDED, "over");
        };
        read(2);
        ByteBuf written = WireBytes.written(to.channel);
        written.skipBytes(2 + FrameHeader.LENGTH_BYTES + 1);
        assertThat(WireBytes.close(written)).isEqualTo("4410 over");
        assertThat(written.isReadable()).isFalse();
    }

    @Test
    void shouldFlushAlsoAfterAConnectionThatEndedWhileItWasRead() {
        from.gate.onFrame = () -> {
            to.write(FrameType.MUTATIONS, 1);
            from.channel.close();
        };
        from.channel.pipeline().fireChannelRead(WireBytes.message(new byte[FrameHeader.LENGTH_BYTES]));
        from.channel.runPendingTasks();
        assertThat(to.got()).containsExactly(FrameType.MUTATIONS);

        to.write(FrameType.SESSION, 1);
        to.channel.runPendingTasks();
        assertThat(to.got()).containsExactly(FrameType.SESSION);
    }

    @Test
    void shouldFlushWhatWasWrittenBeforeAFaultInTheSameRead() {
        from.gate.onFrame = () -> {
            to.write(FrameType.MUTATIONS, 1);
            throw new IllegalStateException("a fault of the session's own");
        };
        read(1);
        assertThat(to.got()).containsExactly(FrameType.MUTATIONS);
        assertThat(WireBytes.close(WireBytes.written(from.channel))).startsWith("1011 ");
    }

    @Test
    void shouldBeOneForEachThread() throws InterruptedException {
        AtomicReference<TurnFlush> elsewhere = new AtomicReference<>();
        Thread loop = new Thread(() -> elsewhere.set(TurnFlush.here()), "another-loop");
        loop.start();
        loop.join();
        assertThat(TurnFlush.here()).isSameAs(TurnFlush.here()).isNotSameAs(elsewhere.get());
    }
}
