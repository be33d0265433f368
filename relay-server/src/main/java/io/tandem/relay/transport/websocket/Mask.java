package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;

/** The mask that a client lays over each payload, so that no proxy on the way takes it for HTTP. */
final class Mask {
    private static final int TOP_BYTE_SHIFT = Integer.SIZE - Byte.SIZE;
    private static final int PLACES = Integer.BYTES;

    private Mask() {}

    /** The mask's byte for a place in the payload. */
    static byte at(int mask, int place) {
        return (byte) (mask >>> (TOP_BYTE_SHIFT - Byte.SIZE * (place % PLACES)));
    }

    /** Takes the mask off (or lays it over) {@code length} bytes, of which the first has this place in its payload. */
    static void apply(ByteBuf data, int from, int length, int mask, int firstPlace) {
        int turned = Integer.rotateLeft(mask, Byte.SIZE * (firstPlace % PLACES));
        long wide = ((long) turned << Integer.SIZE) | Integer.toUnsignedLong(turned);
        int end = from + length;
        int at = from;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            data.setLong(at, data.getLong(at) ^ wide);
        }
        for (int place = 0; at < end; at++, place++) {
            data.setByte(at, data.getByte(at) ^ at(turned, place));
        }
    }
}
