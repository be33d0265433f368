package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.carrier.socket.LoopMemory;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Frames that leave for one client in one system call. A frame that is alone goes from where it was read; several are put together in memory of the loop. What the
 * kernel does not take stands in the connection's queue from then on, in memory of its own: nobody's read is held for a client that is slow.
 *
 * <p>At most {@link LoopMemory#BYTES} wait here, and no longer than until the end of the loop's turn. Belongs to the connection's loop.
 */
final class Departure {
    /** A frame without a header in front, and no larger, waits in memory of its own while it is alone: the relay says many such things to many at once. */
    private static final int OWN_BYTES = 4096;

    private final DirectConnection connection;

    /** A frame with its header in front, that is alone so far. */
    private @Nullable ByteBuf alone;

    /** Several, in memory of the loop. */
    private @Nullable ByteBuf together;

    Departure(DirectConnection connection) {
        this.connection = connection;
    }

    /**
     * Takes ownership, also where it fails; false, with nothing taken, for a frame that is too large for it. What was added before it has left by
     * then.
     */
    boolean add(ByteBuf frame) {
        int length = frame.readableBytes();
        boolean nothingWaits = alone == null && together == null;
        if (nothingWaits && WebSocketFrames.hasHeader(frame)) {
            alone = frame.readerIndex(frame.readerIndex() - WebSocketFrames.headerBytes(length));
            return true;
        }
        int wireBytes = WebSocketFrames.headerBytes(length) + length;
        if (nothingWaits && wireBytes <= OWN_BYTES) {
            alone = WebSocketFrames.copy(connection.allocator(), frame);
            return true;
        }
        if (waitingBytes() + wireBytes > LoopMemory.BYTES) {
            leaveBefore(frame);
            // What the kernel did not take of it waits now: nothing may overtake that.
            return wireBytes <= LoopMemory.BYTES && !connection.isBackedUp() && add(frame);
        }
        append(frame);
        return true;
    }

    private void append(ByteBuf frame) {
        try {
            ByteBuf into = together();
            WebSocketFrames.writeHeader(into, Opcode.BINARY, frame.readableBytes());
            into.writeBytes(frame);
        } finally {
            frame.release();
        }
    }

    private int waitingBytes() {
        if (together != null) {
            return together.readableBytes();
        }
        return alone == null ? 0 : alone.readableBytes();
    }

    private ByteBuf together() {
        if (together == null) {
            together = LoopMemory.here().take();
            if (alone != null) {
                together.writeBytes(alone);
                alone.release();
                alone = null;
            }
        }
        return together;
    }

    /** Gives the kernel what waits, so that this frame can follow; lets go of the frame where that fails. */
    void leaveBefore(ByteBuf frame) {
        boolean hasLeft = false;
        try {
            leave();
            hasLeft = true;
        } finally {
            if (!hasLeft) {
                frame.release();
            }
        }
    }

    /** Gives the kernel what waits. */
    void leave() {
        ByteBuf one = alone;
        ByteBuf several = together;
        alone = null;
        together = null;
        if (one != null) {
            try {
                send(one);
            } finally {
                one.release();
            }
        }
        if (several != null) {
            try {
                send(several);
            } finally {
                LoopMemory.here().back(several);
            }
        }
    }

    private void send(ByteBuf bytes) {
        try {
            connection.send(bytes);
        } catch (IOException gone) {
            // The network's way to say that the client is gone.
            connection.close();
            return;
        }
        if (bytes.isReadable()) {
            queueRest(bytes);
        }
    }

    private void queueRest(ByteBuf bytes) {
        boolean isQueued = false;
        try {
            connection.queue(
                    connection.allocator().buffer(bytes.readableBytes()).writeBytes(bytes));
            connection.flush();
            isQueued = true;
        } finally {
            if (!isQueued) {
                // Its client has the beginning of a frame, and would take the next for the rest.
                connection.close();
            }
        }
    }

    /** Lets go of what waits: its connection is gone. */
    void release() {
        if (alone != null) {
            alone.release();
            alone = null;
        }
        if (together != null) {
            LoopMemory.here().back(together);
            together = null;
        }
    }
}
