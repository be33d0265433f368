package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a message stands in memory, and what stands in front of it; what is read of it is told by the carrier's tests. */
class WebSocketDecoderTest {
    /** Of the longest header that a client sends. */
    private static final int CLIENT_HEADER_BYTES = WebSocketFrames.MAX_HEADER_BYTES + Integer.BYTES;

    private final Random random = new Random(3);
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    private final List<ByteBuf> messages = new ArrayList<>();
    private final WebSocketDecoder decoder = new WebSocketDecoder(allocator, new WebSocketDecoder.Events() {
        @Override
        public void onMessage(ByteBuf message) {
            messages.add(message);
        }

        @Override
        public void onPing(byte[] payload) {}

        @Override
        public void onClose(CloseFrame close) {}

        @Override
        public void onViolation(CloseCode code, String reason) {
            throw new AssertionError(reason);
        }
    });

    @AfterEach
    void end() {
        messages.forEach(ByteBuf::release);
        decoder.end();
        assertThat(allocator.metric().usedHeapMemory()).as("gathered bytes").isZero();
    }

    private byte[] payload(int length) {
        byte[] payload = new byte[length];
        random.nextBytes(payload);
        return payload;
    }

    /** Reads it, and gives up the reader's reference, as a carrier does. */
    private void read(ByteBuf in) {
        decoder.read(in);
        in.release();
    }

    private void hello() {
        read(WireBytes.message(payload(FrameHeader.LENGTH_BYTES)));
        messages.remove(0).release();
    }

    /** The header that a message would have, as far as it stands in front of it. */
    private static void assertHasHeader(ByteBuf message) {
        ByteBuf header = Unpooled.buffer();
        WebSocketFrames.writeHeader(header, Opcode.BINARY, message.readableBytes());
        int at = message.readerIndex() - header.readableBytes();
        assertThat(ByteBufUtil.hexDump(message, at, header.readableBytes())).isEqualTo(ByteBufUtil.hexDump(header));
        assertThat(WebSocketFrames.hasHeader(message)).isTrue();
    }

    private static void assertHolds(ByteBuf message, byte[] payload) {
        assertThat(ByteBufUtil.getBytes(message)).isEqualTo(payload);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 125, 126, 127, 4096, 65_535, 65_536, FrameHeader.MAX_FRAME_BYTES})
    void shouldWriteTheHeaderOverTheMaskOfAMessageThatComesWhole(int length) {
        hello();
        byte[] payload = payload(length);
        ByteBuf in = WireBytes.message(payload);
        read(in);

        assertThat(messages).singleElement().isSameAs(in);
        assertHolds(in, payload);
        assertHasHeader(in);
    }

    @Test
    void shouldGiveEachMessageOfAReadItsOwnHeaderInTheSameMemory() {
        hello();
        List<byte[]> payloads = new ArrayList<>();
        ByteBuf in = Unpooled.buffer();
        for (int length : new int[] {1, 125, 126, 70_000, 2, 10}) {
            byte[] payload = payload(length);
            payloads.add(payload);
            in.writeBytes(WireBytes.message(payload));
        }
        read(in);

        assertThat(messages).hasSameSizeAs(payloads).last().isSameAs(in);
        for (int i = 0; i < payloads.size(); i++) {
            assertHolds(messages.get(i), payloads.get(i));
            assertHasHeader(messages.get(i));
            assertThat(messages.get(i).array()).isSameAs(in.array());
        }
        assertThat(in.refCnt()).isEqualTo(payloads.size());
    }

    @Test
    void shouldKeepMessagesAsTheyWereWhateverIsReadAfterThem() {
        hello();
        List<byte[]> payloads = new ArrayList<>();
        ByteBuf wire = Unpooled.buffer();
        for (int i = 0; i < 500; i++) {
            byte[] payload = payload(10 + random.nextInt(200));
            payloads.add(payload);
            wire.writeBytes(WireBytes.message(payload));
        }
        while (wire.isReadable()) {
            read(wire.readBytes(Math.min(wire.readableBytes(), 1 + random.nextInt(900))));
        }
        assertThat(messages).hasSameSizeAs(payloads);
        for (int i = 0; i < payloads.size(); i++) {
            assertHolds(messages.get(i), payloads.get(i));
            if (WebSocketFrames.hasHeader(messages.get(i))) {
                assertHasHeader(messages.get(i));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 126, 65_536})
    void shouldWriteNoHeaderWhereTooLittleOfItsPlaceIsInTheRead(int length) {
        hello();
        byte[] payload = payload(length);
        ByteBuf whole = WireBytes.message(payload);
        int clientHeader = whole.readableBytes() - length;
        int header = WebSocketFrames.headerBytes(length);
        for (int cut = 0; cut <= clientHeader; cut++) {
            ByteBuf second = whole.copy(cut, whole.readableBytes() - cut);
            read(whole.copy(0, cut));
            read(second);
            ByteBuf message = messages.remove(0);
            assertThat(message).isSameAs(second);
            assertHolds(message, payload);
            assertThat(WebSocketFrames.hasHeader(message))
                    .as("%d bytes in front of it", clientHeader - cut)
                    .isEqualTo(clientHeader - cut >= header);
            message.release();
        }
        whole.release();
    }

    @Test
    void shouldNotTouchWhatStandsInFrontOfARead() {
        hello();
        byte[] payload = payload(20);
        ByteBuf whole = WireBytes.message(payload);
        int headerBytes = whole.readableBytes() - payload.length;
        read(whole.copy(0, headerBytes));
        // What came before it in the same memory is somebody else's.
        ByteBuf second = Unpooled.buffer().writeBytes(new byte[CLIENT_HEADER_BYTES]);
        second.writeBytes(whole, headerBytes, payload.length).skipBytes(CLIENT_HEADER_BYTES);
        read(second);
        whole.release();

        assertHolds(messages.get(0), payload);
        assertThat(ByteBufUtil.getBytes(second, 0, CLIENT_HEADER_BYTES)).containsOnly(0);
        assertThat(WebSocketFrames.hasHeader(messages.get(0))).isFalse();
    }

    @Test
    void shouldGatherWhatComesInPiecesInMemoryOfItsOwn() {
        hello();
        byte[] payload = payload(300);
        ByteBuf whole = WireBytes.message(payload);
        ByteBuf first = whole.copy(0, 100);
        ByteBuf second = whole.copy(100, whole.readableBytes() - 100);
        read(first);
        assertThat(first.refCnt()).isZero();
        read(second);
        assertThat(second.refCnt()).isZero();
        read(WireBytes.masked(Opcode.BINARY.code(), payload));
        read(WireBytes.masked(WireBytes.FIN | Opcode.CONTINUATION.code(), payload));
        read(WireBytes.masked(Opcode.BINARY.code(), new byte[0]));
        ByteBuf last = WireBytes.masked(WireBytes.FIN | Opcode.CONTINUATION.code(), payload);
        read(last);
        assertThat(last.refCnt()).isZero();
        whole.release();

        assertThat(messages).hasSize(3).noneMatch(WebSocketFrames::hasHeader);
        assertHolds(messages.get(0), payload);
        assertThat(messages.get(1).readableBytes()).isEqualTo(2 * payload.length);
        assertHolds(messages.get(2), payload);
    }

    @Test
    void shouldReadMemoryOfSeveralPieces() {
        hello();
        byte[] first = payload(200);
        byte[] second = payload(30);
        ByteBuf wire = Unpooled.buffer();
        wire.writeBytes(WireBytes.message(first)).writeBytes(WireBytes.message(second));
        for (int cut = 1; cut < wire.readableBytes(); cut++) {
            read(Unpooled.wrappedBuffer(wire.copy(0, cut), wire.copy(cut, wire.readableBytes() - cut)));
            assertThat(messages).hasSize(2);
            for (ByteBuf message : messages) {
                assertHasHeader(message);
            }
            assertHolds(messages.get(0), first);
            assertHolds(messages.get(1), second);
            messages.forEach(ByteBuf::release);
            messages.clear();
        }
        wire.release();
    }
}
