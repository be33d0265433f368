package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.tandem.relay.frame.CloseReason;
import java.nio.charset.StandardCharsets;

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

    /** What is behind, in as many pieces as it takes. */
    private final CompositeByteBuf done;

    /** The last piece, which still grows. */
    private ByteBuf growing;

    PollRecords(ByteBufAllocator allocator) {
        this.allocator = allocator;
        this.done = allocator.compositeBuffer(Integer.MAX_VALUE);
        this.growing = allocator.buffer(TYPICAL_BYTES);
    }

    int bytes() {
        return done.readableBytes() + growing.readableBytes();
    }

    /** Takes ownership of the frame. */
    void frame(ByteBuf frame) {
        header(FRAME, frame.readableBytes());
        if (frame.readableBytes() < COPY_BELOW_BYTES) {
            growing.writeBytes(frame);
            frame.release();
        } else {
            done.addComponent(true, growing);
            done.addComponent(true, frame);
            growing = allocator.buffer(TYPICAL_BYTES);
        }
    }

    void close(int code, String reason) {
        String fitted = CloseReason.fit(reason);
        header(CLOSE, Short.BYTES + ByteBufUtil.utf8Bytes(fitted));
        growing.writeShort(code);
        ByteBufUtil.writeUtf8(growing, fitted);
    }

    void token(String token) {
        header(TOKEN, token.length());
        growing.writeCharSequence(token, StandardCharsets.US_ASCII);
    }

    private void header(int kind, int length) {
        growing.writeByte(kind).writeMedium(length);
    }

    /** The body; nothing is written to it after this. */
    ByteBuf finish() {
        if (!done.isReadable()) {
            done.release();
            return growing;
        }
        return done.addComponent(true, growing);
    }
}
