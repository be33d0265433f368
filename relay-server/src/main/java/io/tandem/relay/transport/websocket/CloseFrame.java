package io.tandem.relay.transport.websocket;

import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameViolation;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The payload of a close frame.
 *
 * @param code as the client gave it, or normal where it gave none
 * @param reason in words, maybe empty
 */
record CloseFrame(int code, String reason) {
    private static final int FIRST_CODE = 1000;
    private static final int FIRST_UNASSIGNED = 1015;
    private static final int FIRST_APPLICATION_CODE = 3000;
    private static final int LAST_CODE = 4999;

    /** Codes that RFC 6455 keeps for use inside an endpoint: they must not travel. */
    private static boolean mayTravel(int code) {
        return switch (code) {
            case 1004, 1005, 1006 -> false;
            default ->
                (code >= FIRST_CODE && code < FIRST_UNASSIGNED)
                        || (code >= FIRST_APPLICATION_CODE && code <= LAST_CODE);
        };
    }

    /** Reads the first {@code length} bytes of {@code payload}. */
    static CloseFrame read(byte[] payload, int length) throws FrameViolation {
        if (length == 0) {
            return new CloseFrame(CloseCode.NORMAL.code(), "");
        }
        if (length < Short.BYTES) {
            throw new FrameViolation(
                    CloseCode.PROTOCOL_ERROR,
                    "a close frame of 1 byte; allowed are none, or a code of 2 bytes and a reason");
        }
        ByteBuffer in = ByteBuffer.wrap(payload, 0, length);
        int code = Short.toUnsignedInt(in.getShort());
        if (!mayTravel(code)) {
            throw new FrameViolation(
                    CloseCode.PROTOCOL_ERROR,
                    String.format(Locale.ROOT, "close code %d; allowed are 1000-1003, 1007-1014 and 3000-4999", code));
        }
        try {
            return new CloseFrame(
                    code, StandardCharsets.UTF_8.newDecoder().decode(in).toString());
        } catch (CharacterCodingException e) {
            throw new FrameViolation(CloseCode.INVALID_PAYLOAD, "a close reason that is not UTF-8; allowed is UTF-8");
        }
    }
}
