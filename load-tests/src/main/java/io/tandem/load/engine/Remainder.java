package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** The beginning of something that has not come whole: nothing, most of the time. On one event loop. */
final class Remainder {
    private static final int SHORTEST_BYTES = 256;

    private @Nullable ByteBuf kept;

    /** Whether what is looked at now is what was kept, with what came behind it. */
    private boolean isJoined;

    /** What was kept and what came, which it takes; the caller releases the answer. */
    ByteBuf join(ByteBuf came) {
        ByteBuf all = kept;
        isJoined = all != null;
        if (all == null) {
            return came;
        }
        kept = null;
        all.writeBytes(came);
        came.release();
        return all;
    }

    /** Keeps what is left of the last answer, if anything is. */
    void keep(ByteBufAllocator allocator, ByteBuf left, int expectedBytes) {
        if (!left.isReadable()) {
            return;
        }
        kept = isJoined
                ? left.retain().discardSomeReadBytes()
                : allocator
                        .buffer(Math.max(SHORTEST_BYTES, Math.max(left.readableBytes(), expectedBytes)))
                        .writeBytes(left);
    }

    void release() {
        ByteBuf last = kept;
        kept = null;
        if (last != null) {
            last.release();
        }
    }
}
