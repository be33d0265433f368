package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes as text that needs no escape in JSON: four bytes are five digits of base 85 (ZeroMQ RFC 32). What is left at the end, of one to
 * three bytes, has a digit more than it has bytes, as CometD's binary extension writes it.
 */
final class Z85 {
    private static final byte[] DIGITS =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final int BASE = 85;
    private static final int BYTES = 4;
    private static final int CHARS = 5;
    private static final byte[] VALUES = new byte[128];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < DIGITS.length; i++) {
            VALUES[DIGITS[i]] = (byte) i;
        }
    }

    private Z85() {}

    /** How long the text of so many bytes is. */
    static int length(int bytes) {
        int rest = bytes % BYTES;
        return bytes / BYTES * CHARS + (rest == 0 ? 0 : rest + 1);
    }

    /** Appends the text of what can be read; the reader's place stays. */
    static void encode(ByteBuf bytes, ByteBuf text) {
        int end = bytes.writerIndex();
        byte[] digits = new byte[CHARS];
        for (int at = bytes.readerIndex(); at < end; at += BYTES) {
            int there = Math.min(BYTES, end - at);
            long value = 0;
            for (int i = 0; i < BYTES; i++) {
                value = value << Byte.SIZE | (i < there ? bytes.getUnsignedByte(at + i) : 0);
            }
            for (int i = CHARS - 1; i >= 0; i--) {
                digits[i] = DIGITS[(int) (value % BASE)];
                value /= BASE;
            }
            text.writeBytes(digits, 0, there == BYTES ? CHARS : there + 1);
        }
    }

    /** Appends the bytes of a text. */
    static void decode(char[] text, int from, int length, ByteBuf bytes) {
        for (int at = 0; at < length; at += CHARS) {
            int there = Math.min(CHARS, length - at);
            long value = 0;
            for (int i = 0; i < CHARS; i++) {
                value = value * BASE + (i < there ? value(text[from + at + i]) : BASE - 1);
            }
            for (int i = 0; i < (there == CHARS ? BYTES : there - 1); i++) {
                bytes.writeByte((int) (value >>> (Byte.SIZE * (BYTES - 1 - i))));
            }
        }
    }

    private static int value(char digit) {
        int value = digit < VALUES.length ? VALUES[digit] : -1;
        if (value < 0) {
            throw new IllegalArgumentException("no digit of Z85: " + digit);
        }
        return value;
    }
}
