package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.PlantedError;
import io.tandem.relay.carrier.RecordingGate;
import io.tandem.relay.carrier.ScarceMemory;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelRequest;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A direct connection and its carrier, with everything in the test's hands: what the kernel takes, how much memory there is, and what fails. */
final class TightConnection implements DirectConnection {
    final RecordingGate gate = new RecordingGate();
    final ScarceMemory memory = new ScarceMemory();
    final WebSocketCarrier carrier = new WebSocketCarrier(
            gate,
            new ChannelRequest(
                    "s".repeat(26), CarrierKind.WEBSOCKET, null, InetSocketAddress.createUnresolved("client", 1)),
            CarrierLimits.DEFAULTS);

    /** What its client got. */
    final ByteBuf got = Unpooled.buffer();

    /** What the kernel takes from now on. */
    int kernelBytes = Integer.MAX_VALUE;

    /** Whether the next flush fails. */
    boolean failsToFlush;

    boolean isClosed;

    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final Queue<ByteBuf> waiting = new ArrayDeque<>();

    TightConnection open() {
        return open(null);
    }

    TightConnection open(@Nullable ByteBuf early) {
        carrier.open(this, early);
        return this;
    }

    /** One read, as an event loop has it: whatever fails in it is the carrier's. */
    void reads(ByteBuf in) {
        try {
            try {
                carrier.read(in);
            } finally {
                carrier.readEnds();
            }
        } catch (Throwable fault) {
            carrier.failed(fault);
        }
    }

    /** What was handed to the loop. */
    void runTasks() {
        loop.runPendingTasks();
    }

    void end() {
        close();
        runTasks();
        loop.finishAndReleaseAll();
    }

    @Override
    public EventExecutor executor() {
        return loop.eventLoop();
    }

    @Override
    public ByteBufAllocator allocator() {
        return memory;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public long bytesBeforeWritable() {
        return 0;
    }

    @Override
    public boolean isBackedUp() {
        return isClosed || !waiting.isEmpty();
    }

    @Override
    public void send(ByteBuf bytes) {
        int taken = Math.min(kernelBytes, bytes.readableBytes());
        kernelBytes -= taken;
        got.writeBytes(bytes, taken);
    }

    @Override
    public void queue(ByteBuf bytes) {
        if (isClosed) {
            bytes.release();
        } else {
            waiting.add(bytes);
        }
    }

    @Override
    public void flush() {
        if (failsToFlush) {
            failsToFlush = false;
            throw new PlantedError();
        }
        for (ByteBuf next = waiting.peek(); next != null && kernelBytes > 0; next = waiting.peek()) {
            send(next);
            if (!next.isReadable()) {
                waiting.remove().release();
            }
        }
    }

    @Override
    public void finish(ByteBuf bytes, Runnable written) {
        queue(bytes);
        flush();
        if (waiting.isEmpty()) {
            written.run();
        }
    }

    @Override
    public void setReading(boolean on) {}

    @Override
    public void endOutput() {}

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            waiting.forEach(ByteBuf::release);
            waiting.clear();
            loop.eventLoop().execute(carrier::lost);
        }
    }
}
