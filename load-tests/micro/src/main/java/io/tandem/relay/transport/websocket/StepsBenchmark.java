package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameCheck;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.frame.Lz4Payload;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.Permissions;
import io.tandem.relay.identity.Role;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.identity.Verdict;
import io.tandem.relay.metering.LaneCounters;
import io.tandem.relay.metering.MeteringLimits;
import io.tandem.relay.metering.SessionMeter;
import io.tandem.relay.session.RecordingOutlet;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The steps of a frame's way, one by one, for a page frame of 310 bytes. */
@State(Scope.Thread)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class StepsBenchmark {
    private static final int PAYLOAD_BYTES = 300;
    private static final int FRAME_BYTES = PAYLOAD_BYTES + FrameHeader.LENGTH_BYTES;
    private static final int FRAME_NANOS = 10_000_000;
    private static final int LZ4_BYTES = 8 << 10;

    private final ByteBuf frame =
            RecordingOutlet.frame(FrameType.MUTATIONS, FrameHeader.COMPRESSED, 1, 1, compressible(PAYLOAD_BYTES));
    private final byte[] text = compressible(LZ4_BYTES);
    private final ByteBuf block = Unpooled.buffer();
    private final ByteBuf compressed = Unpooled.buffer();
    private final SessionMeter meter =
            new SessionMeter(MeteringLimits.DEFAULTS, new LaneCounters(), Ticker.systemTicker());
    private long now = System.nanoTime();

    private final ByteBuf wire = Unpooled.directBuffer(1 << 10);
    private final ByteBuf message = WireBytes.message(bytesOf(frame));
    private final WebSocketDecoder decoder = new WebSocketDecoder(UnpooledByteBufAllocator.DEFAULT, new Sink());

    /** A block to expand. */
    @Setup
    public void prepare() {
        Lz4Payload.compress(text, block);
    }

    /** Takes what is decoded, and lets it go. */
    private static final class Sink implements WebSocketDecoder.Events {
        @Override
        public void onMessage(ByteBuf message) {
            message.release();
        }

        @Override
        public void onPing(byte[] payload) {
            throw new AssertionError("a ping");
        }

        @Override
        public void onClose(CloseFrame close) {
            throw new AssertionError("a close");
        }

        @Override
        public void onViolation(CloseCode code, String reason) {
            throw new AssertionError(reason);
        }
    }

    private static byte[] bytesOf(ByteBuf frame) {
        byte[] bytes = new byte[frame.readableBytes()];
        frame.getBytes(frame.readerIndex(), bytes);
        return bytes;
    }

    /** Words of a few letters out of twenty: LZ4 makes about a third of it. */
    private static byte[] compressible(int length) {
        Random random = new Random(1);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ((i / 8 % 3 == 0 ? random.nextInt(20) : i % 8) + 'a');
        }
        bytes[0] = 100;
        return bytes;
    }

    /** Unmasks a frame, and writes the header that it leaves with. */
    @Benchmark
    public int decode() {
        wire.setIndex(0, 0).writeBytes(message, 0, message.writerIndex());
        decoder.read(wire.retain());
        return wire.refCnt();
    }

    /** Reads the header, and what else has to be right of any frame. */
    @Benchmark
    public FrameType header() throws FrameViolation {
        return FrameCheck.header(frame);
    }

    @Benchmark
    public Verdict permission() {
        return Permissions.verdict(Role.CONSUMER, SessionState.ACTIVE, Mode.SHARED, FrameType.MUTATIONS);
    }

    /** Counts a frame up and down, and charges both budgets. */
    @Benchmark
    public long meter() {
        now += FRAME_NANOS;
        return meter.received(Lane.PAGE, FRAME_BYTES, FRAME_BYTES + 8, now) + meter.sent(Lane.PAGE, FRAME_BYTES, now);
    }

    /** Only for clients without LZ4: a part of 8 KiB. */
    @Benchmark
    public ByteBuf lz4Compress() {
        Lz4Payload.compress(text, compressed.clear());
        return compressed;
    }

    /** The same back. */
    @Benchmark
    public byte[] lz4Expand() throws FrameViolation {
        return Lz4Payload.expand(block.readerIndex(0));
    }
}
