package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.RecordingOutlet;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The whole way of a frame through the relay but for the sockets: read, unmask, check, permit, meter, route, write, flush. From the
 * consumer's carrier to the agent's; time in the session passes as these bytes take at 750 kbit/s, so that nobody is held.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 3, jvmArgsAppend = "-Xmx512m")
public class FrameWayBenchmark {
    private static final int BYTES_PER_MILLI = 750 / Byte.SIZE;
    private static final int MEMORY_BYTES = 64 << 10;

    /** Of the frame's payload: a cursor's, a small change's, a part's of a keyframe. */
    @Param({"14", "300", "4000"})
    public int payloadBytes;

    /** How many frames come in one read. */
    @Param({"1", "5"})
    public int frames;

    private final CarrierPair pair = new CarrierPair();
    private final ByteBuf memory = Unpooled.directBuffer(MEMORY_BYTES);
    private byte[] wire = new byte[0];

    /** Prepares what the consumer sends. */
    @Setup
    public void prepare() {
        ByteBuf read = Unpooled.buffer();
        for (int i = 0; i < frames; i++) {
            ByteBuf frame = frame();
            ByteBuf message = WireBytes.message(ByteBufUtil.getBytes(frame));
            read.writeBytes(message);
            message.release();
            frame.release();
        }
        wire = ByteBufUtil.getBytes(read);
        read.release();
    }

    private ByteBuf frame() {
        byte[] payload = new byte[payloadBytes];
        boolean cursor = payloadBytes < 100;
        if (!cursor) {
            // A varint first: what the payload would expand to.
            payload[0] = 100;
        }
        FrameType type = cursor ? FrameType.CURSOR : FrameType.MUTATIONS;
        return RecordingOutlet.frame(type, cursor ? FrameHeader.NO_FLAGS : FrameHeader.COMPRESSED, 1, 1, payload);
    }

    @TearDown
    public void end() {
        pair.end();
        memory.release();
    }

    /** Of one read. */
    @Benchmark
    public int read() {
        EmbeddedChannel consumer = pair.consumer;
        memory.setIndex(0, 0).writeBytes(wire);
        consumer.pipeline().fireChannelRead(memory.retain());
        consumer.pipeline().fireChannelReadComplete();
        int bytes = 0;
        for (int i = 0; i < frames; i++) {
            ByteBuf out = Objects.requireNonNull(pair.agent.readOutbound(), "what was sent on");
            bytes += out.readableBytes();
            out.release();
        }
        pair.world.loop.pass(1 + wire.length / BYTES_PER_MILLI);
        return bytes;
    }

    /** What of that is the benchmark's own: the bytes' way into memory, and the time that passes. */
    @Benchmark
    public int nothing() {
        memory.setIndex(0, 0).writeBytes(wire);
        pair.world.loop.pass(1 + wire.length / BYTES_PER_MILLI);
        return memory.readableBytes();
    }
}
