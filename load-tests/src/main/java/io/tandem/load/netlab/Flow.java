package io.tandem.load.netlab;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/** One direction of one connection: what was read at one end and has not arrived at the other. On the proxy's loop. */
final class Flow {
    /** When so much is on its way, the sender is no longer read: its own kernel holds the rest and pushes back on it. */
    static final int MAX_BYTES = 256 << 10;

    /** How a direction ends. */
    enum End {
        /** Nothing more follows. */
        FINISHED,
        /** The connection was broken off. */
        ABORTED
    }

    private record Piece(ByteBuf bytes, long dueNanos) {}

    private final Line line;
    private final Channel source;
    private final Channel sink;
    private final Consumer<End> onEnd;
    private final Deque<ByteBuf> entering = new ArrayDeque<>();
    private final Deque<Piece> onTheWay = new ArrayDeque<>();
    private int bytes;
    private long lastDueNanos;
    private @Nullable End end;
    private boolean closed;
    private @Nullable Future<?> arrival;

    Flow(Line line, Channel source, Channel sink, Consumer<End> onEnd) {
        this.line = line;
        this.source = source;
        this.sink = sink;
        this.onEnd = onEnd;
        this.lastDueNanos = line.nowNanos();
        line.add(this);
    }

    /** What is on its way. */
    int bytes() {
        return bytes;
    }

    /** Sends; takes ownership. */
    void offer(ByteBuf data) {
        if (closed || end != null || !data.isReadable()) {
            data.release();
            return;
        }
        bytes += data.readableBytes();
        if (bytes >= MAX_BYTES) {
            source.config().setAutoRead(false);
        }
        entering.add(data);
        line.enter(this);
    }

    /** Ends behind what was sent before. */
    void end(End how) {
        if (end == null && !closed) {
            end = how;
            deliver();
        }
    }

    boolean hasMore() {
        return !entering.isEmpty();
    }

    /** Puts the next piece, of at most so many bytes, on its way; answers with its size. */
    int depart(int maxBytes, IntToLongFunction dueNanos) {
        ByteBuf first = entering.peek();
        if (first == null) {
            return 0;
        }
        int size = Math.min(maxBytes, first.readableBytes());
        ByteBuf piece = size == first.readableBytes() ? entering.remove() : first.readRetainedSlice(size);
        lastDueNanos = Math.max(lastDueNanos, dueNanos.applyAsLong(size));
        onTheWay.add(new Piece(piece, lastDueNanos));
        deliver();
        return size;
    }

    /** Lets arrive what is due, as far as the path and the receiver take it. */
    void deliver() {
        while (mayArrive()) {
            while (mayArrive()) {
                Piece piece = onTheWay.remove();
                bytes -= piece.bytes().readableBytes();
                sink.write(piece.bytes());
            }
            sink.flush();
        }
        if (closed || line.isHeld()) {
            return;
        }
        if (bytes < MAX_BYTES / 2 && !source.config().isAutoRead()) {
            source.config().setAutoRead(true);
        }
        Piece next = onTheWay.peek();
        if (next != null && next.dueNanos() > line.nowNanos()) {
            awaitArrival(next.dueNanos());
        } else if (next == null && entering.isEmpty() && end != null) {
            End how = end;
            close();
            onEnd.accept(how);
        }
    }

    private boolean mayArrive() {
        Piece next = onTheWay.peek();
        return next != null && !closed && !line.isHeld() && sink.isWritable() && next.dueNanos() <= line.nowNanos();
    }

    private void awaitArrival(long nanos) {
        if (arrival == null || arrival.isDone()) {
            arrival = line.at(nanos, () -> {
                arrival = null;
                deliver();
            });
        }
    }

    /** Drops what is on its way; nothing is sent any more. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        line.remove(this);
        entering.forEach(ByteBuf::release);
        entering.clear();
        onTheWay.forEach(piece -> piece.bytes().release());
        onTheWay.clear();
        bytes = 0;
        if (arrival != null) {
            arrival.cancel(false);
        }
    }
}
