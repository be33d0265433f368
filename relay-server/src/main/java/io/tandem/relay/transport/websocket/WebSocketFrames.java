package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.tandem.relay.frame.CloseReason;

/** Writes the frames that a server sends: final, unmasked, with the shortest length. */
final class WebSocketFrames {
    private static final int FIN_BIT = 0x80;
    private static final int BINARY = FIN_BIT | Opcode.BINARY.code();
    private static final int SHORT_HEADER_BYTES = 2;
    private static final int MEDIUM_HEADER_BYTES = 4;
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

    /** How long the header in front of a payload of this length is. */
    static int headerBytes(int payloadLength) {
        if (payloadLength < LENGTH_16) {
            return SHORT_HEADER_BYTES;
        }
        return payloadLength <= MAX_16_BIT_LENGTH ? MEDIUM_HEADER_BYTES : MAX_HEADER_BYTES;
    }

    /** Writes the header of a binary frame in front of its payload, over bytes that nobody needs any more. */
    static void writeHeaderBefore(ByteBuf buffer, int payloadAt, int payloadLength) {
        int at = payloadAt - headerBytes(payloadLength);
        if (payloadLength < LENGTH_16) {
            buffer.setShort(at, BINARY << Byte.SIZE | payloadLength);
        } else if (payloadLength <= MAX_16_BIT_LENGTH) {
            buffer.setInt(at, (BINARY << Byte.SIZE | LENGTH_16) << Short.SIZE | payloadLength);
        } else {
            buffer.setShort(at, BINARY << Byte.SIZE | LENGTH_64);
            buffer.setLong(at + Short.BYTES, payloadLength);
        }
    }

    /** Whether the bytes in front of a frame are just what its header would be, and may go with it. */
    static boolean hasHeader(ByteBuf frame) {
        int length = frame.readableBytes();
        int at = frame.readerIndex() - headerBytes(length);
        if (at < 0) {
            return false;
        }
        if (length < LENGTH_16) {
            return frame.getUnsignedShort(at) == (BINARY << Byte.SIZE | length);
        }
        if (length <= MAX_16_BIT_LENGTH) {
            return frame.getInt(at) == ((BINARY << Byte.SIZE | LENGTH_16) << Short.SIZE | length);
        }
        return frame.getUnsignedShort(at) == (BINARY << Byte.SIZE | LENGTH_64)
                && frame.getLong(at + Short.BYTES) == length;
    }

    /** A binary frame behind its header, in memory of its own. Takes ownership of what it copies, also where there is no memory. */
    static ByteBuf copy(ByteBufAllocator allocator, ByteBuf frame) {
        try {
            int length = frame.readableBytes();
            ByteBuf out = allocator.buffer(headerBytes(length) + length);
            writeHeader(out, Opcode.BINARY, length);
            return out.writeBytes(frame);
        } finally {
            frame.release();
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
