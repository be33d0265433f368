package io.tandem.relay.frame;

import io.netty.buffer.ByteBuf;
import java.util.Locale;

/**
 * What a receiver can judge of a client's frame by its bytes alone. The order of checks is the protocol's: the carrier
 * first; then {@link #header}; then, by whoever knows the session, HELLO first and the role; then
 * {@link #declaredLength}; then state and mode.
 */
public final class FrameCheck {
    private FrameCheck() {}

    /**
     * Checks length, type, flags, the reserved byte and the sender, and answers the frame's type.
     *
     * @throws FrameViolation naming the first fault
     */
    public static FrameType header(ByteBuf frame) throws FrameViolation {
        int length = frame.readableBytes();
        if (length < FrameHeader.LENGTH_BYTES) {
            throw malformed("a frame of %d bytes; allowed are %d or more", length, FrameHeader.LENGTH_BYTES);
        }
        if (length > FrameHeader.MAX_FRAME_BYTES) {
            throw violation(
                    CloseCode.MESSAGE_TOO_BIG,
                    "a frame of %d bytes; allowed are %d",
                    length,
                    FrameHeader.MAX_FRAME_BYTES);
        }
        FrameType type = FrameType.ofCode(FrameHeader.typeCode(frame));
        if (type == null) {
            throw violation(
                    CloseCode.UNKNOWN_TYPE,
                    "type 0x%02x in the %s lane; allowed are the types of protocol version 1",
                    FrameHeader.typeCode(frame),
                    Lane.ofCode(FrameHeader.typeCode(frame)).name().toLowerCase(Locale.ROOT));
        }
        flags(type, FrameHeader.flags(frame));
        if (FrameHeader.reserved(frame) != 0) {
            throw malformed("reserved byte 0x%02x in %s; allowed is 0", FrameHeader.reserved(frame), type);
        }
        if (FrameHeader.sender(frame) != 0) {
            throw malformed("sender %d in %s; allowed from a client is 0", FrameHeader.sender(frame), type);
        }
        return type;
    }

    private static void flags(FrameType type, int flags) throws FrameViolation {
        if ((flags & ~type.allowedFlags()) != 0) {
            throw malformed("flags 0x%02x in %s; allowed are the bits of 0x%02x", flags, type, type.allowedFlags());
        }
        if ((flags & (FrameHeader.LINKED | FrameHeader.COMPRESSED)) == FrameHeader.LINKED) {
            throw malformed("%s is LINKED but not COMPRESSED; LINKED is allowed only together with it", type);
        }
    }

    /**
     * Checks the expanded length that a COMPRESSED frame declares, and lets every other frame pass. Reads that varint
     * and no byte behind it.
     *
     * @throws FrameViolation with {@link CloseCode#LYING_LENGTH}
     */
    public static void declaredLength(ByteBuf frame) throws FrameViolation {
        if ((FrameHeader.flags(frame) & FrameHeader.COMPRESSED) != 0) {
            // In the frame itself: a view of its payload would be an object for each frame.
            int at = frame.readerIndex();
            frame.skipBytes(FrameHeader.LENGTH_BYTES);
            try {
                Lz4Payload.readDeclaredLength(frame);
            } finally {
                frame.readerIndex(at);
            }
        }
    }

    /**
     * Checks the size of a control frame's payload before anybody parses it.
     *
     * @throws FrameViolation with {@link CloseCode#MALFORMED}
     */
    public static void controlPayload(ByteBuf frame, FrameType type) throws FrameViolation {
        int allowed = type == FrameType.PING || type == FrameType.PONG
                ? FrameHeader.MAX_PING_PAYLOAD_BYTES
                : FrameHeader.MAX_CONTROL_PAYLOAD_BYTES;
        if (FrameHeader.payloadLength(frame) > allowed) {
            throw malformed(
                    "a %s payload of %d bytes; allowed are %d", type, FrameHeader.payloadLength(frame), allowed);
        }
    }

    private static FrameViolation malformed(String format, Object... arguments) {
        return violation(CloseCode.MALFORMED, format, arguments);
    }

    private static FrameViolation violation(CloseCode code, String format, Object... arguments) {
        return new FrameViolation(code, String.format(Locale.ROOT, format, arguments));
    }
}
