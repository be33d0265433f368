package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.tandem.relay.frame.CloseReason;

/** Writes the frames that a server sends: final, unmasked, with the shortest length. */
final class WebSocketFrames {
    private static final int FIN_BIT = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MAX_16_BIT_LENGTH = 0xFFFF;

    /** The longest header: two bytes and 64 bits of length. */
    static final int MAX_HEADER_BYTES = 2 + Long.BYTES;

    private WebSocketFrames() {}

    static void writeHeader(ByteBuf out, Opcode opcode, int payloadLength) {
        out.writeByte(FIN_BIT | opcode.code());
        if (payloadLength < LENGTH_16) {
            out.writeByte(payloadLength);
        } else if (payloadLength <= MAX_16_BIT_LENGTH) {
            out.writeByte(LENGTH_16).writeShort(payloadLength);
        } else {
            out.writeByte(LENGTH_64).writeLong(payloadLength);
        }
    }

    static ByteBuf pong(ByteBufAllocator allocator, byte[] payload) {
        ByteBuf out = allocator.buffer(MAX_HEADER_BYTES + payload.length);
        writeHeader(out, Opcode.PONG, payload.length);
        return out.writeBytes(payload);
    }

    static ByteBuf close(ByteBufAllocator allocator, int code, String reason) {
        String fitted = CloseReason.fit(reason);
        int length = Short.BYTES + ByteBufUtil.utf8Bytes(fitted);
        ByteBuf out = allocator.buffer(MAX_HEADER_BYTES + length);
        writeHeader(out, Opcode.CLOSE, length);
        out.writeShort(code);
        ByteBufUtil.writeUtf8(out, fitted);
        return out;
    }
}
