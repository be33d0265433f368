package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.CloseReason;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of an answer's body.
 *
 * <pre>
 * +--------+------------------------+----------------
 * |  kind  |      length (24 bits)  |  bytes ...
 * +--------+------------------------+----------------
 * </pre>
 */
final class PollRecords {
    /** One frame. */
    static final int FRAME = 1;

    /** Code and reason of a close; the last record of its body. */
    static final int CLOSE = 2;

    /** The carrier's token, which only the relay sends. */
    static final int TOKEN = 3;

    private static final int KIND_BYTES = Byte.BYTES;

    /** Kind and length. */
    static final int HEADER_BYTES = KIND_BYTES + 3;

    /** A shorter frame is copied behind its header: cheaper than a buffer more, and it lets go of what it is a piece of. */
    private static final int COPY_BELOW_BYTES = 4096;

    private static final int TYPICAL_BYTES = 512;

    private final ByteBufAllocator allocator;

    /** What is behind, in as many pieces as it takes; null while it is all in one, as mostly. */
    private @Nullable CompositeByteBuf done;

    /** The last piece, which still grows; null until something is written to it. */
    private @Nullable ByteBuf growing;

    PollRecords(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    int bytes() {
        return (done == null ? 0 : done.readableBytes()) + (growing == null ? 0 : growing.readableBytes());
    }

    /** Takes ownership of the frame, also where it fails. */
    void frame(ByteBuf frame) {
        boolean isPiece = false;
        try {
            ByteBuf into = header(FRAME, frame.readableBytes());
            if (frame.readableBytes() < COPY_BELOW_BYTES) {
                into.writeBytes(frame);
            } else {
                CompositeByteBuf pieces = done == null ? allocator.compositeBuffer(Integer.MAX_VALUE) : done;
                done = pieces;
                growing = null;
                pieces.addComponent(true, into);
                isPiece = true;
                pieces.addComponent(true, frame);
            }
        } finally {
            if (!isPiece) {
                frame.release();
            }
        }
    }

    void close(int code, String reason) {
        String fitted = CloseReason.fit(reason);
        ByteBuf into = header(CLOSE, Short.BYTES + ByteBufUtil.utf8Bytes(fitted));
        into.writeShort(code);
        ByteBufUtil.writeUtf8(into, fitted);
    }

    void token(String token) {
        header(TOKEN, token.length()).writeCharSequence(token, StandardCharsets.US_ASCII);
    }

    /** Where the record goes on. */
    private ByteBuf header(int kind, int length) {
        ByteBuf into = growing == null ? allocator.buffer(TYPICAL_BYTES) : growing;
        growing = into;
        return into.writeByte(kind).writeMedium(length);
    }

    /** The body; nothing is written to it after this. */
    ByteBuf finish() {
        ByteBuf last = growing == null ? Unpooled.EMPTY_BUFFER : growing;
        return done == null ? last : done.addComponent(true, last);
    }

    /** Lets go of what was written: there will be no answer. */
    void release() {
        if (done != null) {
            done.release();
        }
        if (growing != null) {
            growing.release();
        }
    }
}
