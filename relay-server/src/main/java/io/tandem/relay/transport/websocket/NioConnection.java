package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoEvent;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import io.netty.util.concurrent.EventExecutor;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.socket.LoopMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection right on its event loop: after the upgrade no channel and no pipeline of Netty's stands between the socket and the carrier. It reads into the loop's
 * memory, and has a queue only while its client does not take what it is sent.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes what others only look at
final class NioConnection implements DirectConnection, NioIoHandle {
    private static final Logger LOG = LoggerFactory.getLogger(NioConnection.class);

    /** One connection's reads, of {@link LoopMemory#BYTES} at most, before the others have their turn. */
    private static final int READS_PER_TURN = 4;

    /** Buffers that one system call takes from the queue. */
    private static final int GATHERED = 16;

    /** What a buffer of the queue takes besides its bytes: counted, so that a queue of many small ones is full in time. */
    private static final int BUFFER_BYTES = 96;

    private final SocketChannel socket;
    private final IoEventLoop loop;
    private final CarrierLimits limits;
    private final WebSocketCarrier carrier;
    private final WebSocketConnections all;

    private @Nullable IoRegistration registration;
    private boolean isReading;
    private boolean isWritable = true;
    private boolean isClosed;

    /** Whether the kernel is to say when it takes more. */
    private boolean awaitsRoom;

    /** Null while nothing waits. */
    private @Nullable Queue<ByteBuf> waiting;

    /** Written on the loop alone. */
    private volatile long waitingBytes;

    /** Runs when all that waits has left. */
    private @Nullable Runnable written;

    /** On a socket that does not block and is registered nowhere. */
    NioConnection(
            SocketChannel socket,
            IoEventLoop loop,
            CarrierLimits limits,
            WebSocketCarrier carrier,
            WebSocketConnections all) {
        this.all = all;
        this.socket = socket;
        this.loop = loop;
        this.limits = limits;
        this.carrier = carrier;
    }

    /** Is told once, on the loop, when events may come. */
    void registered(IoRegistration with) {
        registration = with;
        if (isClosed) {
            with.cancel();
        }
    }

    boolean isClosed() {
        return isClosed;
    }

    WebSocketCarrier carrier() {
        return carrier;
    }

    @Override
    public SelectableChannel selectableChannel() {
        return socket;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        NioIoOps ready = ((NioIoEvent) event).ops();
        try {
            if (ready.contains(NioIoOps.WRITE)) {
                drain();
            }
            if (ready.contains(NioIoOps.READ) && isReading) {
                read();
            }
        } catch (Throwable fault) {
            // Also what is no exception, as memory that has run out: the loop would end for all that live on it.
            failed(fault);
        }
    }

    private void failed(Throwable fault) {
        try {
            carrier.failed(fault);
        } catch (Throwable again) {
            LOG.error("a connection is cut, for its carrier failed again", again);
            close();
        }
    }

    private void read() {
        try {
            for (int i = 0; i < READS_PER_TURN && isReading && !isClosed; i++) {
                ByteBuf in = LoopMemory.here().toReadInto();
                int length = readInto(in);
                if (length <= 0) {
                    in.release();
                    if (length < 0) {
                        close();
                    }
                    break;
                }
                carrier.read(in);
                if (length < LoopMemory.BYTES) {
                    break;
                }
            }
        } finally {
            carrier.readEnds();
        }
    }

    /** How much was read; negative where nothing ever will be any more. */
    private int readInto(ByteBuf in) {
        try {
            return in.writeBytes(socket, in.writableBytes());
        } catch (IOException gone) {
            return -1;
        }
    }

    @Override
    public EventExecutor executor() {
        return loop;
    }

    @Override
    public ByteBufAllocator allocator() {
        return ByteBufAllocator.DEFAULT;
    }

    @Override
    public boolean isWritable() {
        return isWritable;
    }

    @Override
    public long bytesBeforeWritable() {
        return isWritable ? 0 : waitingBytes - limits.resumeBytes();
    }

    @Override
    public boolean isBackedUp() {
        return waiting != null || isClosed;
    }

    @Override
    public void send(ByteBuf bytes) throws IOException {
        if (waiting != null) {
            throw new IllegalStateException("what is sent would overtake what waits");
        }
        ByteBuffer left = bytes.internalNioBuffer(bytes.readerIndex(), bytes.readableBytes());
        int last;
        do {
            last = socket.write(left);
            bytes.skipBytes(last);
        } while (last > 0 && left.hasRemaining());
    }

    @Override
    public void queue(ByteBuf bytes) {
        if (isClosed) {
            bytes.release();
            return;
        }
        if (waiting == null) {
            waiting = new ArrayDeque<>();
        }
        waiting.add(bytes);
        waitingBytes += bytes.readableBytes() + BUFFER_BYTES;
        if (isWritable && waitingBytes > limits.inFlightBytes()) {
            isWritable = false;
            carrier.writabilityChanged(false);
        }
    }

    @Override
    public void flush() {
        if (!awaitsRoom) {
            drain();
        }
    }

    private void drain() {
        Queue<ByteBuf> queue = waiting;
        if (isClosed || queue == null) {
            return;
        }
        try {
            while (!queue.isEmpty() && writeSome(queue)) {
                // As long as the kernel takes all that it is given.
            }
        } catch (IOException gone) {
            close();
            return;
        }
        boolean leftSome = !queue.isEmpty();
        if (!leftSome) {
            waiting = null;
        }
        if (awaitsRoom != leftSome) {
            awaitsRoom = leftSome;
            submit();
        }
        if (!isWritable && waitingBytes <= limits.resumeBytes()) {
            isWritable = true;
            carrier.writabilityChanged(true);
        }
        Runnable last = written;
        if (waiting == null && last != null) {
            written = null;
            last.run();
        }
    }

    /** Whether the kernel took all of what it was given. */
    private boolean writeSome(Queue<ByteBuf> queue) throws IOException {
        ByteBuffer[] parts = new ByteBuffer[Math.min(queue.size(), GATHERED)];
        Iterator<ByteBuf> next = queue.iterator();
        long offered = 0;
        for (int i = 0; i < parts.length; i++) {
            ByteBuf part = next.next();
            parts[i] = part.nioBuffer();
            offered += part.readableBytes();
        }
        long taken = socket.write(parts);
        long left = taken;
        while (left > 0) {
            ByteBuf first = queue.element();
            int length = first.readableBytes();
            if (length > left) {
                first.skipBytes((int) left);
                waitingBytes -= left;
                break;
            }
            left -= length;
            waitingBytes -= length + BUFFER_BYTES;
            queue.remove().release();
        }
        return taken == offered;
    }

    @Override
    public void finish(ByteBuf bytes, Runnable whenWritten) {
        written = whenWritten;
        queue(bytes);
        flush();
    }

    @Override
    public void setReading(boolean on) {
        if (isReading != on) {
            isReading = on;
            submit();
        }
    }

    private void submit() {
        if (registration != null && !isClosed) {
            NioIoOps wanted = isReading ? NioIoOps.READ : NioIoOps.NONE;
            registration.submit(awaitsRoom ? wanted.with(NioIoOps.WRITE) : wanted);
        }
    }

    @Override
    public void endOutput() {
        if (waiting != null) {
            // Behind what waits; how long that may take is bounded by the carrier.
            written = this::endOutput;
            return;
        }
        try {
            socket.shutdownOutput();
        } catch (IOException gone) {
            close();
        }
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        if (registration != null) {
            registration.cancel();
        }
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("a connection could not be closed in order", e);
        }
        if (waiting != null) {
            waiting.forEach(ByteBuf::release);
            waiting = null;
            waitingBytes = 0;
        }
        all.remove(this);
        try {
            loop.execute(carrier::lost);
        } catch (RejectedExecutionException stopped) {
            carrier.lost();
        }
    }

    /** What waits for its client. Any thread may ask, and may be told what was so a moment ago. */
    long waitingBytes() {
        return waitingBytes;
    }
}
