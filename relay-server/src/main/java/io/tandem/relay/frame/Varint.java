package io.tandem.relay.frame;

import io.netty.buffer.ByteBuf;

/** Unsigned LEB128 of at most five bytes that fits 32 bits. */
public final class Varint {
    /** What {@link #read} answers where no varint stands. */
    public static final long MALFORMED = -1;

    private static final int BITS_PER_BYTE = 7;
    private static final int MAX_BITS = 32;
    private static final int MORE_BIT = 0x80;

    private Varint() {}

    /** Reads 0 to 2^32 - 1 and moves the reader index behind it, or answers {@link #MALFORMED}. */
    public static long read(ByteBuf in) {
        long value = 0;
        for (int shift = 0; shift < MAX_BITS && in.isReadable(); shift += BITS_PER_BYTE) {
            int next = in.readUnsignedByte();
            value |= (long) (next & ~MORE_BIT) << shift;
            if ((next & MORE_BIT) == 0) {
                return value >>> MAX_BITS == 0 ? value : MALFORMED;
            }
        }
        return MALFORMED;
    }

    /** Appends the low 32 bits of {@code value} in as few bytes as hold them. */
    public static void write(ByteBuf out, int value) {
        int rest = value;
        while ((rest & -MORE_BIT) != 0) {
            out.writeByte(rest | MORE_BIT);
            rest >>>= BITS_PER_BYTE;
        }
        out.writeByte(rest);
    }
}
