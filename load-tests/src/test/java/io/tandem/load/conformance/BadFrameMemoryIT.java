package io.tandem.load.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.load.RunningRelay;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Varint;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.metering.MeteringLimits;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What frames that claim much cost the relay: their close, and nothing that stays. */
class BadFrameMemoryIT {
    /** A rate at which the session that sends all of them is not in debt for minutes. */
    private static final MeteringLimits LIMITS = new MeteringLimits(10_000_000, 750, 10_000, 4 << 20);

    private static final RunningRelay RELAY = new RunningRelay(CarrierLimits.DEFAULTS, new Budgets(LIMITS, Map.of()));
    private static final int FRAMES = 1_000;

    /** Classes load, caches and arenas fill: what a relay has after it has met such frames before. */
    private static final int WARM_UP_FRAMES = 100;

    private static final long MAX_GROWTH_BYTES = 2L << 20;
    private static final int LENGTH_64 = 127;

    /** One session for all, as each keeps its place for those who may come back. */
    private final String sessionId = RELAY.sessionId();

    private String resume = "";

    /** Frames that claim more than they may. */
    enum Bad {
        /** A message that says it is far over the limit. */
        OVERSIZE(1009) {
            @Override
            byte[] wire() {
                return Wire.frame(Wire.FIN | Wire.BINARY, LENGTH_64, 1L << 40, Wire.bytes(1_000));
            }
        },
        /** A message that comes in fragments until it is over the limit: the relay has gathered 1 MiB by then. */
        OVERSIZE_IN_FRAGMENTS(1009) {
            @Override
            byte[] wire() {
                byte[] fragment = Wire.frame(Wire.CONTINUATION, Wire.bytes(0xFFFF));
                byte[][] all = new byte[18][];
                Arrays.fill(all, fragment);
                all[0] = Wire.frame(Wire.BINARY, Wire.bytes(0xFFFF));
                return Wire.join(all);
            }
        },
        /** A block of a few bytes that says it expands to nothing. */
        LYING(4422) {
            @Override
            byte[] wire() {
                return compressed(0);
            }
        },
        /** A block of a few bytes that says it expands to 4 GiB. */
        BOMB(4422) {
            @Override
            byte[] wire() {
                return compressed(0xFFFF_FFFF);
            }
        };

        private final int closeCode;

        Bad(int closeCode) {
            this.closeCode = closeCode;
        }

        abstract byte[] wire();

        static byte[] compressed(int declared) {
            ByteBuf message = Unpooled.buffer();
            FrameHeader.write(message, FrameType.MUTATIONS, FrameHeader.COMPRESSED, 0, 1, 1);
            Varint.write(message, declared);
            message.writeBytes(Wire.bytes(100));
            return Wire.frame(Wire.FIN | Wire.BINARY, ByteBufUtil.getBytes(message));
        }
    }

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseWithItsCodeAndKeepNothing(Bad bad) throws IOException {
        send(bad, WARM_UP_FRAMES);
        long heapBefore = heapBytes();
        long directBefore = directBytes();

        long mostDirect = send(bad, FRAMES);

        assertThat(heapBytes() - heapBefore).as("heap").isLessThanOrEqualTo(MAX_GROWTH_BYTES);
        assertThat(mostDirect - directBefore)
                .as("direct memory, at its highest")
                .isLessThanOrEqualTo(MAX_GROWTH_BYTES);
    }

    private long send(Bad bad, int count) throws IOException {
        long mostDirect = 0;
        for (int i = 0; i < count; i++) {
            try (Talk talk = new Talk(RELAY.address(), sessionId, resume)) {
                resume = talk.resume();
                talk.send(bad.wire());
                talk.expectCloseFrame(bad.closeCode);
            }
            mostDirect = Math.max(mostDirect, directBytes());
        }
        return mostDirect;
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
