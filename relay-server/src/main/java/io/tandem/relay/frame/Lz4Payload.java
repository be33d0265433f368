package io.tandem.relay.frame;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Locale;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * The payload of a COMPRESSED frame.
 *
 * <pre>
 * +-----------------------------+---------------------------+
 * |  varint: expanded length    |  one LZ4 block (the rest) |
 * +-----------------------------+---------------------------+
 * </pre>
 *
 * A linked block's matches reach back into a history. The library has no such notion, so the history is put in front of
 * the block as literals of its first sequence: the same offsets then mean the same bytes, and the library's own bounds
 * checks hold throughout.
 */
public final class Lz4Payload {
    /** The most that one frame may expand to. */
    public static final int MAX_EXPANDED_BYTES = 16 << 20;

    /** How far back a linked block's matches reach. */
    public static final int MAX_HISTORY_BYTES = 1 << 16;

    private static final byte[] NO_HISTORY = new byte[0];
    private static final int LITERAL_SHIFT = 4;
    private static final int MATCH_MASK = 0x0F;
    private static final int LITERAL_NIBBLE_FULL = 15;
    private static final int LENGTH_BYTE_FULL = 255;

    private static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();
    private static final LZ4SafeDecompressor EXPANDER =
            LZ4Factory.fastestInstance().safeDecompressor();

    private Lz4Payload() {}

    /** Has the library find its fastest way on this machine now: it reads files for that, for which an event loop would wait. */
    public static void load() {
        // Naming the class was enough.
    }

    /**
     * Reads the declared expanded length and moves the reader index to the block.
     *
     * @throws FrameViolation with {@link CloseCode#LYING_LENGTH} unless it is 1 to {@link #MAX_EXPANDED_BYTES}
     */
    public static int readDeclaredLength(ByteBuf payload) throws FrameViolation {
        long declared = Varint.read(payload);
        if (declared < 1 || declared > MAX_EXPANDED_BYTES) {
            throw lying("declared expanded length %s; allowed are 1 to %d", shown(declared), MAX_EXPANDED_BYTES);
        }
        return (int) declared;
    }

    private static String shown(long declared) {
        return declared == Varint.MALFORMED ? "is no varint of 32 bits" : Long.toString(declared);
    }

    /**
     * Expands a payload whose block stands alone.
     *
     * @throws FrameViolation with {@link CloseCode#LYING_LENGTH} where the block is not what was declared
     */
    public static byte[] expand(ByteBuf payload) throws FrameViolation {
        return expand(payload, NO_HISTORY);
    }

    /**
     * Expands a payload whose block may reach into {@code history}, of which the last {@link #MAX_HISTORY_BYTES} count.
     * The payload's reader index moves to its end.
     *
     * @throws FrameViolation with {@link CloseCode#LYING_LENGTH} where the block is not what was declared
     */
    public static byte[] expand(ByteBuf payload, byte[] history) throws FrameViolation {
        int declared = readDeclaredLength(payload);
        byte[] reachable = history.length <= MAX_HISTORY_BYTES
                ? history
                : Arrays.copyOfRange(history, history.length - MAX_HISTORY_BYTES, history.length);
        byte[] block = reachable.length == 0 ? readRest(payload) : withHistory(payload, reachable);
        byte[] expanded = new byte[reachable.length + declared];
        int length = decompress(block, expanded) - reachable.length;
        if (length != declared) {
            throw lying("declared expanded length %d; the block holds %d", declared, length);
        }
        return reachable.length == 0 ? expanded : Arrays.copyOfRange(expanded, reachable.length, expanded.length);
    }

    private static int decompress(byte[] block, byte[] into) throws FrameViolation {
        try {
            return EXPANDER.decompress(block, 0, block.length, into, 0, into.length);
        } catch (LZ4Exception e) {
            throw lying("an LZ4 block of %d bytes is malformed or holds more than declared", block.length);
        }
    }

    private static byte[] readRest(ByteBuf payload) {
        byte[] rest = new byte[payload.readableBytes()];
        payload.readBytes(rest);
        return rest;
    }

    /** Rewrites the block's first sequence so that its literals begin with the history. */
    private static byte[] withHistory(ByteBuf payload, byte[] history) throws FrameViolation {
        if (!payload.isReadable()) {
            throw lying("an LZ4 block of %d bytes; allowed is 1 or more", 0);
        }
        int token = payload.readUnsignedByte();
        int literals = readLiteralLength(payload, token >>> LITERAL_SHIFT);
        int total = history.length + literals;
        int extension = total < LITERAL_NIBBLE_FULL ? 0 : (total - LITERAL_NIBBLE_FULL) / LENGTH_BYTE_FULL + 1;
        byte[] block = new byte[1 + extension + history.length + payload.readableBytes()];
        block[0] = (byte) ((Math.min(total, LITERAL_NIBBLE_FULL) << LITERAL_SHIFT) | (token & MATCH_MASK));
        if (extension > 0) {
            Arrays.fill(block, 1, extension, (byte) LENGTH_BYTE_FULL);
            block[extension] = (byte) ((total - LITERAL_NIBBLE_FULL) % LENGTH_BYTE_FULL);
        }
        System.arraycopy(history, 0, block, 1 + extension, history.length);
        int rest = 1 + extension + history.length;
        payload.readBytes(block, rest, block.length - rest);
        return block;
    }

    private static int readLiteralLength(ByteBuf payload, int nibble) throws FrameViolation {
        int length = nibble;
        if (nibble < LITERAL_NIBBLE_FULL) {
            return length;
        }
        int next = LENGTH_BYTE_FULL;
        while (next == LENGTH_BYTE_FULL && payload.isReadable()) {
            next = payload.readUnsignedByte();
            length += next;
        }
        if (length > payload.readableBytes()) {
            throw lying("an LZ4 block names %d literals; %d bytes are there", length, payload.readableBytes());
        }
        return length;
    }

    /** Appends {@code expanded} as a declared length and one block that stands alone. */
    public static void compress(byte[] expanded, ByteBuf out) {
        if (expanded.length < 1 || expanded.length > MAX_EXPANDED_BYTES) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT, "%d bytes to compress; allowed are 1 to %d", expanded.length, MAX_EXPANDED_BYTES));
        }
        Varint.write(out, expanded.length);
        byte[] block = new byte[COMPRESSOR.maxCompressedLength(expanded.length)];
        int length = COMPRESSOR.compress(expanded, 0, expanded.length, block, 0, block.length);
        out.writeBytes(block, 0, length);
    }

    private static FrameViolation lying(String format, Object... arguments) {
        return new FrameViolation(CloseCode.LYING_LENGTH, String.format(Locale.ROOT, format, arguments));
    }
}
