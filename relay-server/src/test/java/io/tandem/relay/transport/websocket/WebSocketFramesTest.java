package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketFramesTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 1 << 20})
    void shouldWriteInFrontOfAPayloadWhatItWritesByItself(int length) {
        ByteBuf usual = Unpooled.buffer();
        WebSocketFrames.writeHeader(usual, Opcode.BINARY, length);
        int header = usual.readableBytes();
        assertThat(WebSocketFrames.headerBytes(length)).isEqualTo(header);

        int at = header + 3;
        ByteBuf buffer = Unpooled.buffer(at + length).writeZero(at + length);
        ByteBuf frame = buffer.duplicate().readerIndex(at);
        assertThat(WebSocketFrames.hasHeader(frame)).isFalse();
        WebSocketFrames.writeHeaderBefore(buffer, at, length);

        assertThat(WebSocketFrames.hasHeader(frame)).isTrue();
        assertThat(ByteBufUtil.hexDump(buffer, 3, header)).isEqualTo(ByteBufUtil.hexDump(usual));
        assertThat(ByteBufUtil.hexDump(buffer, 0, 3)).isEqualTo("000000");
    }

    @Test
    void shouldFindNoHeaderWhereThereIsNoRoomOrAnother() {
        ByteBuf frame = Unpooled.copiedBuffer(new byte[] {1, 2, 3});
        assertThat(WebSocketFrames.hasHeader(frame)).isFalse();
        // That of a longer frame, and that of a text.
        assertThat(WebSocketFrames.hasHeader(Unpooled.copiedBuffer(new byte[] {(byte) 0x82, 4, 1, 2, 3})
                        .readerIndex(2)))
                .isFalse();
        assertThat(WebSocketFrames.hasHeader(Unpooled.copiedBuffer(new byte[] {(byte) 0x81, 3, 1, 2, 3})
                        .readerIndex(2)))
                .isFalse();
    }
}
