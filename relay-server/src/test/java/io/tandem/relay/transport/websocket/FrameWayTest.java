package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.RecordingOutlet;
import io.tandem.relay.session.SessionWorld;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What it takes to bring a frame from one carrier through its session to the other: permission, metering and counters and all. */
class FrameWayTest {
    private static final int WARM_UP_FRAMES = 20_000;
    private static final int FRAMES = 100_000;

    /** Of what the virtual machine and Netty's recycler allocate now and then; an object for each frame would be 16 or more. */
    private static final double ALLOCATED_BYTES_A_FRAME = 1;

    /** As long as a frame of its size is on its way at 750 kbit/s: nobody comes to be in debt. */
    private static final int FRAME_MILLIS = 10;

    private final CarrierPair pair = new CarrierPair();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);

    @AfterEach
    void end() {
        pair.end();
    }

    private static byte[] page(int payloadBytes) {
        byte[] payload = new byte[payloadBytes];
        for (int i = 0; i < payloadBytes; i++) {
            payload[i] = (byte) (i % 100);
        }
        payload[0] = 100;
        return wire(RecordingOutlet.frame(FrameType.MUTATIONS, FrameHeader.COMPRESSED, 1, 1, payload));
    }

    private static byte[] cursor() {
        return wire(RecordingOutlet.frame(FrameType.CURSOR, FrameHeader.NO_FLAGS, 1, 1, new byte[14]));
    }

    private static byte[] wire(ByteBuf frame) {
        byte[] bytes = ByteBufUtil.getBytes(frame);
        frame.release();
        ByteBuf message = WireBytes.message(bytes);
        byte[] wire = ByteBufUtil.getBytes(message);
        message.release();
        return wire;
    }

    /** One read that holds one frame, in memory that is used again and again. */
    private void forward(EmbeddedChannel from, EmbeddedChannel to, byte[] wire, ByteBuf memory) {
        memory.setIndex(0, 0).writeBytes(wire);
        from.pipeline().fireChannelRead(memory.retain());
        from.pipeline().fireChannelReadComplete();
        ByteBuf out = Objects.requireNonNull(to.readOutbound(), "what was sent on");
        out.release();
        pair.world.loop.pass(FRAME_MILLIS);
    }

    /** Measured as an event loop's thread, for which Netty recycles what it needs itself. */
    private static double allocatedForEach(Runnable frame) {
        double[] bytes = new double[1];
        FastThreadLocalThread.runWithFastThreadLocal(() -> bytes[0] = allocatedForEachOnThisThread(frame));
        return bytes[0];
    }

    private static double allocatedForEachOnThisThread(Runnable frame) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        for (int i = 0; i < WARM_UP_FRAMES; i++) {
            frame.run();
        }
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < FRAMES; i++) {
            frame.run();
        }
        return (double) (threads.getThreadAllocatedBytes(thread) - before) / FRAMES;
    }

    @Test
    void shouldAllocateNothingForAFrameThatComesAlone() {
        pair.agent.config().setAllocator(allocator);
        pair.consumer.config().setAllocator(allocator);
        byte[] page = page(300);
        byte[] cursor = cursor();
        ByteBuf memory = Unpooled.wrappedBuffer(new byte[2048]);
        assertThat(allocatedForEach(() -> forward(pair.consumer, pair.agent, page, memory)))
                .as("bytes for a page frame")
                .isLessThan(ALLOCATED_BYTES_A_FRAME);
        assertThat(allocatedForEach(() -> forward(pair.agent, pair.consumer, cursor, memory)))
                .as("bytes for a cursor")
                .isLessThan(ALLOCATED_BYTES_A_FRAME);
        assertThat(allocator.metric().usedHeapMemory())
                .as("buffers to send with")
                .isZero();
        assertThat(memory.release()).isTrue();
    }

    @Test
    void shouldSendAFrameFromTheMemoryThatItWasReadInto() {
        ByteBuf memory = Unpooled.wrappedBuffer(page(300));
        int maskBytes = Integer.BYTES;
        String before = ByteBufUtil.hexDump(memory, 8, 290);
        pair.consumer.writeInbound(memory.retain());
        ByteBuf out = pair.agent.readOutbound();

        assertThat(out.array()).isSameAs(memory.array());
        assertThat(out.readableBytes()).isEqualTo(memory.array().length - maskBytes);
        assertThat(ByteBufUtil.hexDump(memory, 8, 290)).as("unmasked").isNotEqualTo(before);
        out.release();
        assertThat(memory.release()).isTrue();
    }

    @Test
    void shouldLookAtTheClockOnceForAFrame() {
        ByteBuf memory = Unpooled.wrappedBuffer(new byte[8192]);
        for (byte[] wire : List.of(page(300), page(5000))) {
            for (int i = 0; i < 3; i++) {
                long before = pair.world.loop.looks();
                forward(pair.consumer, pair.agent, wire, memory);
                assertThat(pair.world.loop.looks() - before).isEqualTo(1);
            }
        }
        long before = pair.world.loop.looks();
        forward(pair.agent, pair.consumer, cursor(), memory);
        assertThat(pair.world.loop.looks() - before).isEqualTo(1);
        assertThat(memory.release()).isTrue();
    }

    @Test
    void shouldSendTheSameFrameToEveryReceiver() {
        String grant = pair.world
                .now(pair.world.sessions.observe(SessionWorld.BOB, SessionWorld.SESSION))
                .orElseThrow();
        EmbeddedChannel observer = pair.guest("observer", grant);
        observer.runPendingTasks();
        observer.releaseOutbound();
        pair.forget();
        List<ByteBuf> frames = new ArrayList<>();
        ByteBuf expected = Unpooled.buffer();
        for (int payload : new int[] {1, 115, 116, 3000, 5000, 70_000, 2}) {
            ByteBuf frame = RecordingOutlet.frame(FrameType.KEYFRAME, FrameHeader.NO_FLAGS, 1, 1, new byte[payload]);
            WebSocketFrames.writeHeader(expected, Opcode.BINARY, frame.readableBytes());
            int at = expected.writerIndex();
            expected.writeBytes(frame.duplicate());
            expected.setByte(at + 2, 1);
            frames.add(frame);
        }
        CarrierPair.send(pair.consumer, frames.toArray(ByteBuf[]::new));

        ByteBuf atAgent = WireBytes.written(pair.agent);
        ByteBuf atObserver = WireBytes.written(observer);
        assertThat(ByteBufUtil.equals(atAgent, expected)).as("agent").isTrue();
        assertThat(ByteBufUtil.equals(atObserver, expected)).as("observer").isTrue();
        CarrierPair.send(
                pair.agent, RecordingOutlet.frame(FrameType.CURSOR, FrameHeader.NO_FLAGS, 1, 1, new byte[] {1, 2}));
        assertThat(ByteBufUtil.hexDump(WireBytes.written(pair.consumer)))
                .isEqualTo(ByteBufUtil.hexDump(WireBytes.written(observer)))
                .startsWith("820cc00002");
        observer.finishAndReleaseAll();
    }

    @Test
    void shouldDeliverAFrameHoweverTheReadsCutIt() {
        for (int payload : new int[] {1, 115, 116, 65_525, 65_526}) {
            ByteBuf frame = RecordingOutlet.frame(FrameType.MUTATIONS, FrameHeader.NO_FLAGS, 1, 1, new byte[payload]);
            ByteBuf sent = Unpooled.buffer();
            WebSocketFrames.writeHeader(sent, Opcode.BINARY, frame.readableBytes());
            int header = sent.readableBytes();
            sent.writeBytes(frame.duplicate()).setByte(header + 2, 1);
            byte[] wire = wire(frame);
            for (int cut = 0; cut <= header + Integer.BYTES + 3; cut++) {
                pair.consumer.writeInbound(Unpooled.wrappedBuffer(wire, wire)
                        .slice(0, wire.length + cut)
                        .copy());
                pair.consumer.writeInbound(Unpooled.copiedBuffer(wire, cut, wire.length - cut));
                ByteBuf got = WireBytes.written(pair.agent);
                assertThat(got.readableBytes()).as("cut at %d", cut).isEqualTo(2 * sent.readableBytes());
                assertThat(ByteBufUtil.equals(got.readSlice(sent.readableBytes()), sent))
                        .as("first of %d bytes, cut at %d", payload, cut)
                        .isTrue();
                assertThat(ByteBufUtil.equals(got, sent))
                        .as("second of %d bytes, cut at %d", payload, cut)
                        .isTrue();
                pair.world.loop.pass(1_000);
            }
        }
    }
}
