package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;

/** Bytes as a client sends and receives them. */
final class WireBytes {
    static final int FIN = 0x80;
    private static final int MASK = 0x1122_3344;

    private WireBytes() {}

    /** A frame as a client sends it: masked, with the shortest length. */
    static ByteBuf masked(int firstByte, byte[] payload) {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(firstByte);
        if (payload.length < 126) {
            out.writeByte(0x80 | payload.length);
        } else if (payload.length <= 0xFFFF) {
            out.writeByte(0x80 | 126).writeShort(payload.length);
        } else {
            out.writeByte(0x80 | 127).writeLong(payload.length);
        }
        out.writeInt(MASK);
        for (int i = 0; i < payload.length; i++) {
            out.writeByte(payload[i] ^ (MASK >>> (24 - 8 * (i % 4))));
        }
        return out;
    }

    static ByteBuf message(byte[] payload) {
        return masked(FIN | Opcode.BINARY.code(), payload);
    }

    /** All that the server wrote, as one buffer that the caller releases. */
    static ByteBuf written(EmbeddedChannel channel) {
        ByteBuf all = Unpooled.buffer();
        for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            ByteBuf bytes = (ByteBuf) out;
            all.writeBytes(bytes);
            bytes.release();
        }
        return all;
    }

    /** Code and reason of the close frame that the written bytes end with, as "1002 why". */
    static String close(ByteBuf written) {
        int first = written.readUnsignedByte();
        if (first != (FIN | Opcode.CLOSE.code())) {
            throw new AssertionError("not a close frame: 0x" + Integer.toHexString(first));
        }
        int length = written.readUnsignedByte();
        int code = written.readUnsignedShort();
        return code + " " + written.readCharSequence(length - 2, StandardCharsets.UTF_8);
    }
}
