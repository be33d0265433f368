package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.CloseReason;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameViolation;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads the records of a request's body, one after the other. The body stays the caller's to release. */
final class PollRecordReader {
    /** What a client may say. */
    sealed interface Said {}

    /** A frame, which its receiver owns. */
    record Frame(ByteBuf bytes) implements Said {}

    /** The client closes, and says nothing after it. */
    record Close(int code, String reason) implements Said {}

    /** A frame that is this part of its body or more is a piece of it, and keeps it; a smaller one is a copy. */
    private static final int KEPT_PART = 2;

    private final ByteBuf body;
    private final int bodyBytes;

    PollRecordReader(ByteBuf body) {
        this.body = body;
        this.bodyBytes = body.readableBytes();
    }

    boolean isAtEnd() {
        return !body.isReadable();
    }

    /** The next record. */
    Said next() throws FrameViolation {
        if (body.readableBytes() < PollRecords.HEADER_BYTES) {
            throw malformed(
                    "%d bytes are left of the body; a record begins with %d",
                    body.readableBytes(), PollRecords.HEADER_BYTES);
        }
        int kind = body.readUnsignedByte();
        int length = body.readUnsignedMedium();
        return switch (kind) {
            case PollRecords.FRAME -> frame(length);
            case PollRecords.CLOSE -> close(length);
            default ->
                throw malformed(
                        "a record of kind %d; allowed from a client are %d and %d",
                        kind, PollRecords.FRAME, PollRecords.CLOSE);
        };
    }

    private Frame frame(int length) throws FrameViolation {
        if (length > FrameHeader.MAX_FRAME_BYTES) {
            throw new FrameViolation(
                    CloseCode.MESSAGE_TOO_BIG,
                    String.format(
                            Locale.ROOT, "a frame of %d bytes; allowed are %d", length, FrameHeader.MAX_FRAME_BYTES));
        }
        requireWhole(length);
        // Small frames that wait somewhere must not keep the large body that they came in.
        boolean keepsTheBody = length > 0 && length >= bodyBytes / KEPT_PART;
        return new Frame(keepsTheBody ? body.readRetainedSlice(length) : body.readBytes(length));
    }

    private Close close(int length) throws FrameViolation {
        requireWhole(length);
        int reasonBytes = length - Short.BYTES;
        if (reasonBytes < 0 || reasonBytes > CloseReason.MAX_BYTES) {
            throw malformed(
                    "a CLOSE of %d bytes; allowed are a code of %d and a reason of up to %d",
                    length, Short.BYTES, CloseReason.MAX_BYTES);
        }
        if (body.readableBytes() > length) {
            throw malformed("%d bytes follow a CLOSE; allowed is none", body.readableBytes() - length);
        }
        int code = body.readUnsignedShort();
        byte[] reason = new byte[reasonBytes];
        body.readBytes(reason);
        try {
            return new Close(
                    code,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(reason))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new FrameViolation(CloseCode.INVALID_PAYLOAD, "a close reason that is not UTF-8; allowed is UTF-8");
        }
    }

    private void requireWhole(int length) throws FrameViolation {
        if (length > body.readableBytes()) {
            throw malformed("a record of %d bytes, of which %d came", length, body.readableBytes());
        }
    }

    private static FrameViolation malformed(String format, Object... arguments) {
        return new FrameViolation(CloseCode.MALFORMED, String.format(Locale.ROOT, format, arguments));
    }
}
