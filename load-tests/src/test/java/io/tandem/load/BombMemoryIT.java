package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.load.peer.Closed;
import io.tandem.load.peer.Received;
import io.tandem.load.peer.SimulatedAgent;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lz4Payload;
import io.tandem.relay.frame.Varint;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.metering.MeteringLimits;
import io.tandem.relay.session.CarrierKind;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What blocks that really expand cost the relay, which has to expand them for a viewer without LZ4. */
@ParameterizedClass
@EnumSource(CarrierKind.class)
class BombMemoryIT {
    /** A rate at which the test does not take minutes. */
    private static final MeteringLimits LIMITS = new MeteringLimits(100_000, 750, 100_000, 4 << 20);

    private static final RunningRelay RELAY = new RunningRelay(CarrierLimits.DEFAULTS, new Budgets(LIMITS, Map.of()));
    private static final int FRAMES = 150;

    /** Classes load, caches and arenas fill: what a relay has after it has met such frames before. */
    private static final int WARM_UP_FRAMES = 50;

    /** Of frames that are too large alone: a few of them are as many bytes as all the others. */
    private static final int LARGE_FRAMES = 30;

    private static final long MAX_GROWTH_BYTES = 2L << 20;
    private static final int BOMB_BYTES = 1_000_000;

    /** What may be expanded beyond the rate. */
    private static final int AT_ONCE_BYTES = 3 << 20;

    private static final int PATIENCE_SECONDS = 60;

    private final CarrierKind carrier;
    private final String sessionId = RELAY.sessionId();
    private final AtomicInteger expanded = new AtomicInteger();
    private final CompletableFuture<Boolean> cameToItsEnd = new CompletableFuture<>();
    private SimulatedTag tag;
    private SimulatedAgent plain;

    BombMemoryIT(CarrierKind carrier) {
        this.carrier = carrier;
    }

    @BeforeEach
    void open() {
        tag = RELAY.tag(sessionId, carrier);
        String grant = RELAY.invite(sessionId, "view-only");
        plain = SimulatedAgent.hello(RELAY.peer(sessionId, carrier), grant, false);
        tag.answerInvitation(true);
        plain.awaitActive();
        plain.peer().listen(this::see);
    }

    private void see(Received received) {
        if (received.is(FrameType.KEYFRAME) || received.is(FrameType.MUTATIONS)) {
            if (received.payload().length == BOMB_BYTES) {
                expanded.incrementAndGet();
            } else {
                cameToItsEnd.complete(true);
            }
        }
    }

    @AfterEach
    void close() {
        tag.close();
        plain.close();
    }

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    /** Frames that are not what they claim. */
    enum Bad {
        /** A small block that says it expands to nothing. */
        CLAIMS_NOTHING(4422),
        /** One of 16 MiB, which says it has a byte more. */
        CLAIMS_TOO_MUCH(4422),
        /** One of 4 MiB, which says that it is a small one. */
        HOLDS_MORE(4422),
        /** A small block that says it is a larger one. */
        HOLDS_LESS(4422),
        /** A large frame and a byte. */
        TOO_LARGE(1009);

        private final int closeCode;

        Bad(int closeCode) {
            this.closeCode = closeCode;
        }

        byte[] message() {
            return switch (this) {
                case CLAIMS_NOTHING -> frame(0, block(100));
                case CLAIMS_TOO_MUCH -> frame(Lz4Payload.MAX_EXPANDED_BYTES + 1, block(Lz4Payload.MAX_EXPANDED_BYTES));
                case HOLDS_MORE -> frame(1_000, block(4 << 20));
                case HOLDS_LESS -> frame(10_000, block(1_000));
                case TOO_LARGE -> new byte[FrameHeader.MAX_FRAME_BYTES + 1];
            };
        }
    }

    private static byte[] block(int length) {
        ByteBuf out = Unpooled.buffer();
        Lz4Payload.compress(new byte[length], out);
        Varint.read(out);
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] frame(int declared, byte[] block) {
        ByteBuf message = Unpooled.buffer();
        FrameHeader.write(message, FrameType.KEYFRAME, FrameHeader.COMPRESSED, 0, 1, 1);
        Varint.write(message, declared);
        return ByteBufUtil.getBytes(message.writeBytes(block));
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseWithItsCodeAndKeepNothing(Bad bad) {
        boolean large = bad == Bad.TOO_LARGE;
        send(bad, large ? LARGE_FRAMES : WARM_UP_FRAMES);
        long heapBefore = heapBytes();
        long directBefore = directBytes();
        send(bad, large ? LARGE_FRAMES : FRAMES);

        assertThat(heapBytes() - heapBefore).as("heap").isLessThanOrEqualTo(MAX_GROWTH_BYTES);
        assertThat(directBytes() - directBefore).as("direct memory").isLessThanOrEqualTo(MAX_GROWTH_BYTES);
    }

    private void send(Bad bad, int count) {
        byte[] message = bad.message();
        for (int i = 0; i < count; i++) {
            tag.peer().sendMessage(message);
            Closed closed = tag.peer().awaitClosed();
            assertThat(closed.code()).as(closed.reason()).isEqualTo(bad.closeCode);
            SimulatedTag last = tag;
            tag = RELAY.reload(last, sessionId, carrier);
            last.close();
        }
    }

    @Test
    void shouldExpandAtABoundedRateAndKeepNothing() throws Exception {
        byte[] bomb = block(BOMB_BYTES);
        int bombs = FRAMES;
        tag.peer().send(FrameType.KEYFRAME, FrameHeader.COMPRESSED, tag.epoch(), 1, payload(bomb));
        long heapBefore = heapBytes();
        long start = System.nanoTime();
        for (int sequence = 2; sequence <= bombs; sequence++) {
            tag.peer().send(FrameType.MUTATIONS, FrameHeader.COMPRESSED, tag.epoch(), sequence, payload(bomb));
        }
        tag.peer().send(FrameType.KEYFRAME, FrameHeader.NO_FLAGS, tag.epoch(), bombs + 1L, new byte[10]);
        assertThat(cameToItsEnd.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);

        assertThat(plain.peer().isOpen()).as("the viewer stays").isTrue();
        assertThat(tag.peer().isOpen()).as("so does the tag").isTrue();
        double mayBytes = seconds * LIMITS.downstreamBytesPerSecond() + AT_ONCE_BYTES;
        assertThat((double) expanded.get() * BOMB_BYTES).isLessThanOrEqualTo(mayBytes);
        // What comes by long-poll waits, frame by frame, until it may be expanded: there, nothing need be left out.
        if (carrier == CarrierKind.WEBSOCKET) {
            assertThat(expanded.get()).isLessThan(bombs);
        }
        assertThat(heapBytes() - heapBefore).as("heap").isLessThanOrEqualTo(MAX_GROWTH_BYTES);
    }

    private static byte[] payload(byte[] block) {
        byte[] whole = frame(BOMB_BYTES, block);
        return Arrays.copyOfRange(whole, FrameHeader.LENGTH_BYTES, whole.length);
    }

    private static long heapBytes() {
        // Cleaners and reference queues need a second round.
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long directBytes() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }
}
