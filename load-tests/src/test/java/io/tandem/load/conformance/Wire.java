package io.tandem.load.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of WebSocket frames, right and wrong (RFC 6455, section 5.2). */
final class Wire {
    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;
    static final int FIN = 0x80;

    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final byte[] MASK = {0x37, (byte) 0xFA, 0x21, 0x3D};

    private Wire() {}

    /** A masked frame in the shortest form; the first byte has FIN and reserved bits as well. */
    static byte[] frame(int firstByte, byte... payload) {
        int form = payload.length < LENGTH_16 ? payload.length : payload.length <= 0xFFFF ? LENGTH_16 : LENGTH_64;
        return frame(firstByte, form, payload.length, payload);
    }

    /** A masked frame that declares its length in the given form. */
    static byte[] frame(int firstByte, int form, long length, byte... payload) {
        byte[] masked = payload.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= MASK[i % MASK.length];
        }
        return join(new byte[] {(byte) firstByte, (byte) (MASKED | form)}, extended(form, length), MASK, masked);
    }

    /** A frame without a mask. */
    static byte[] unmasked(int firstByte, byte... payload) {
        return join(new byte[] {(byte) firstByte, (byte) payload.length}, payload);
    }

    private static byte[] extended(int form, long length) {
        return switch (form) {
            case LENGTH_16 ->
                ByteBuffer.allocate(Short.BYTES).putShort((short) length).array();
            case LENGTH_64 -> ByteBuffer.allocate(Long.BYTES).putLong(length).array();
            default -> new byte[0];
        };
    }

    /** A close frame with a code and these bytes as its reason. */
    static byte[] close(int code, byte... reason) {
        return frame(FIN | CLOSE, closePayload(code, reason));
    }

    static byte[] closePayload(int code, byte... reason) {
        return join(new byte[] {(byte) (code >> 8), (byte) code}, reason);
    }

    /** A message in frames of these payload sizes; the rest goes into a last one. */
    static byte[] fragments(byte[] message, int... sizes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        for (int i = 0; i < sizes.length; i++) {
            out.writeBytes(frame(i == 0 ? BINARY : CONTINUATION, Arrays.copyOfRange(message, at, at + sizes[i])));
            at += sizes[i];
        }
        int last = sizes.length == 0 ? BINARY : CONTINUATION;
        out.writeBytes(frame(FIN | last, Arrays.copyOfRange(message, at, message.length)));
        return out.toByteArray();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** So many bytes that are not all alike. */
    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        return bytes;
    }
}
