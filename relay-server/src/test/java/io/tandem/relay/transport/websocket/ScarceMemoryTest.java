package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.carrier.PlantedError;
import io.tandem.relay.carrier.socket.LoopMemory;
import io.tandem.relay.carrier.socket.ScarceLoopMemory;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where memory runs out for one client, it is that client's carrier that ends, with nothing left behind; nobody else notices. */
class ScarceMemoryTest {
    private static final int MASKED_HEADER_BYTES = 14;
    private static final int FAILS_FOR_GOOD = Integer.MAX_VALUE;
    private static final String OUR_FAULT = CloseCode.INTERNAL_ERROR.code() + " ";

    private final ScarceLoopMemory loopMemory = new ScarceLoopMemory();
    private final List<TightConnection> connections = new ArrayList<>();
    private final TightConnection from = connect();
    private final TightConnection first = connect();
    private final TightConnection second = connect();

    private TightConnection connect() {
        TightConnection connection = new TightConnection();
        connections.add(connection);
        return connection.open();
    }

    @AfterEach
    void end() {
        connections.forEach(TightConnection::end);
        loopMemory.close();
        assertThat(loopMemory.memory.isGivenBack()).isTrue();
        assertThat(connections).allMatch(connection -> connection.memory.isGivenBack());
    }

    /** A frame, with the header that it may leave with in front of it or without. */
    private static ByteBuf frame(int payloadBytes, boolean asRead) {
        int length = FrameHeader.LENGTH_BYTES + payloadBytes;
        ByteBuf in = Unpooled.directBuffer(MASKED_HEADER_BYTES + length).writeZero(MASKED_HEADER_BYTES);
        in.skipBytes(MASKED_HEADER_BYTES);
        FrameHeader.write(in, FrameType.MUTATIONS, FrameHeader.NO_FLAGS, 1, 1, payloadBytes);
        in.writeZero(payloadBytes);
        if (asRead) {
            WebSocketFrames.writeHeaderBefore(in, MASKED_HEADER_BYTES, length);
        }
        return in;
    }

    private static String wire(ByteBuf frame) {
        ByteBuf out = Unpooled.buffer();
        WebSocketFrames.writeHeader(out, Opcode.BINARY, frame.readableBytes());
        return ByteBufUtil.hexDump(out.writeBytes(frame.duplicate()));
    }

    /** Has one read bring what the test wants. */
    private void read(Runnable bringing) {
        from.gate.onFrame = bringing;
        from.reads(WireBytes.message(new byte[FrameHeader.LENGTH_BYTES]));
        connections.forEach(TightConnection::runTasks);
    }

    private void assertThatNobodyElseNoticed(String wire) {
        assertThat(ByteBufUtil.hexDump(second.got)).isEqualTo(wire);
        assertThat(second.gate.told).containsExactly("open");
        assertThat(from.got.isReadable()).as("the sender was told something").isFalse();
        assertThat(from.isClosed).isFalse();
        assertThat(from.carrier.isOpen()).isTrue();
    }

    @Test
    void shouldFlushTheOthersWhereTheRestForOneCannotBeKept() {
        ByteBuf frame = frame(100, true);
        String wire = wire(frame);
        first.kernelBytes = 10;
        first.memory.failNext(FAILS_FOR_GOOD);
        read(() -> {
            first.gate.outlet().write(frame.retainedDuplicate());
            second.gate.outlet().write(frame);
        });

        assertThatNobodyElseNoticed(wire);
        assertThat(first.gate.told).containsExactly("open", "closed");
        assertThat(frame.refCnt()).isZero();
    }

    /** How a frame is written for which there is no memory: what comes before it, and where the memory runs out. */
    record Way(String name, int payloadBytes, Consumer<ScarceMemoryTest> before) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Way> ways() {
        return List.of(
                new Way("alone, without its header", 100, test -> test.first.memory.failNext(1)),
                new Way("together with another", 100, test -> {
                    test.first.gate.outlet().write(frame(20, true));
                    test.loopMemory.memory.failNext(1);
                }),
                new Way("behind what waits", 100, test -> {
                    test.first.kernelBytes = 0;
                    test.first.gate.outlet().write(frame(20, true));
                    test.first.runTasks();
                    test.first.memory.failNext(1);
                }),
                new Way("behind what cannot be kept", 50_000, test -> {
                    test.first.kernelBytes = 1_000;
                    test.first.gate.outlet().write(frame(50_000, true));
                    test.first.memory.failNext(1);
                }),
                new Way("too large to be copied", 100_000, test -> test.first.memory.failNext(1)));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldEndTheOneForWhomAFrameCannotBeWritten(Way way) {
        ByteBuf frame = frame(way.payloadBytes(), false);
        String wire = wire(frame);
        way.before().accept(this);
        read(() -> {
            first.gate.outlet().write(frame.retainedDuplicate());
            second.gate.outlet().write(frame);
        });

        assertThatNobodyElseNoticed(wire);
        assertThat(first.carrier.isOpen()).isFalse();
        assertThat(frame.refCnt()).isZero();
    }

    @Test
    void shouldSendWhatWasWrittenBeforeAndSayWhy() {
        ByteBuf before = frame(20, true);
        String wire = wire(before);
        read(() -> {
            first.gate.outlet().write(before);
            loopMemory.memory.failNext(1);
            first.gate.outlet().write(frame(100, true));
            first.gate.outlet().write(frame(100, true));
        });
        ByteBuf got = first.got;
        assertThat(ByteBufUtil.hexDump(got.readSlice(wire.length() / 2))).isEqualTo(wire);
        assertThat(WireBytes.close(got)).startsWith(OUR_FAULT);
        assertThat(got.isReadable()).as("something behind the close").isFalse();
    }

    @Test
    void shouldCutAClientThatThereIsNotEvenACloseFrameFor() {
        first.memory.failNext(FAILS_FOR_GOOD);
        first.gate.outlet().close(CloseCode.SESSION_ENDED, "over");
        first.runTasks();
        assertThat(first.isClosed).isTrue();
        assertThat(first.gate.told).containsExactly("open", "closed");
    }

    @Test
    void shouldTellTheCarrierOfAFaultInATask() {
        ByteBuf large = frame(100_000, false);
        first.gate.outlet().write(large);
        first.failsToFlush = true;
        first.runTasks();
        first.got.skipBytes(WebSocketFrames.headerBytes(100_000) + FrameHeader.LENGTH_BYTES + 100_000);
        assertThat(WireBytes.close(first.got)).startsWith(OUR_FAULT);
    }

    @Test
    void shouldNotHoldTheLoopsBufferForAFrameOfJustItsSize() {
        first.kernelBytes = 0;
        ByteBuf read = LoopMemory.here().toReadInto();
        FrameHeader.write(read, FrameType.MUTATIONS, FrameHeader.NO_FLAGS, 1, 1, 1);
        read.writeZero(LoopMemory.BYTES - FrameHeader.LENGTH_BYTES);
        String wire = wire(read);
        first.gate.outlet().write(read);
        first.runTasks();

        ByteBuf next = LoopMemory.here().toReadInto();
        assertThat(next).isSameAs(read);
        next.writeZero(LoopMemory.BYTES).release();
        first.kernelBytes = Integer.MAX_VALUE;
        first.flush();
        assertThat(ByteBufUtil.hexDump(first.got).equals(wire)).isTrue();
    }

    @Test
    void shouldCloseAChannelThatTheSessionHasNoMemoryFor() {
        TightConnection coming = new TightConnection();
        connections.add(coming);
        coming.gate.onOpen = () -> {
            throw new PlantedError();
        };
        coming.open();
        assertThat(WireBytes.close(coming.got)).startsWith(OUR_FAULT);
    }

    @Test
    void shouldCloseAChannelWhereWhatCameEarlyMeetsAFault() {
        TightConnection coming = new TightConnection();
        connections.add(coming);
        coming.gate.onFrame = () -> {
            throw new PlantedError();
        };
        ByteBuf early = WireBytes.message(new byte[FrameHeader.LENGTH_BYTES]);
        coming.open(early);
        assertThat(WireBytes.close(coming.got)).startsWith(OUR_FAULT);
        assertThat(early.refCnt()).isZero();
    }
}
