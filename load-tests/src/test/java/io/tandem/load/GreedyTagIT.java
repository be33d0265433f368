package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay.Pair;
import io.tandem.load.peer.Received;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.metering.MeteringLimits;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A tag that sends as fast as its network takes it, whatever its budget says. */
class GreedyTagIT {
    private static final int BURST_BYTES = 64 << 10;
    private static final int FRAME_BYTES = 16 << 10;
    private static final int FRAMES = 60;

    /** What the relay reads at once, before it sees that the budget is spent. */
    private static final int READ_BYTES = 64 << 10;

    private static final MeteringLimits LIMITS = new MeteringLimits(1500, 750, 10_000, BURST_BYTES);
    private static final RunningRelay RELAY = new RunningRelay(CarrierLimits.DEFAULTS, new Budgets(LIMITS, Map.of()));
    private static final byte[] PLACE = {5, (byte) 0x80, 0, (byte) 0x80, 0};

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    @Test
    void shouldGetNoMoreThanItsBudgetAndLoseNothing() {
        try (Pair greedy = RELAY.pair("view-only");
                Pair modest = RELAY.pair("view-only")) {
            long start = System.nanoTime();
            for (int i = 1; i <= FRAMES; i++) {
                greedy.tag().peer().send(FrameType.MUTATIONS, 0, greedy.tag().epoch(), i, new byte[FRAME_BYTES]);
            }
            for (int i = 1; i <= FRAMES; i++) {
                // Meanwhile another session goes on.
                modest.tag().cursor(PLACE);
                modest.agent().peer().await(FrameType.CURSOR);
                Received frame = greedy.agent().peer().await(FrameType.MUTATIONS);
                assertThat(frame.sequence()).isEqualTo(i);
            }
            double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);

            // What the last read brings comes before it is paid for. A slow machine only makes the rate smaller.
            double paidBytes = (double) FRAMES * FRAME_BYTES - BURST_BYTES - READ_BYTES;
            assertThat(paidBytes / seconds).isLessThanOrEqualTo((double) LIMITS.budgetBytesPerSecond());
            assertThat(greedy.tag().peer().await(FrameType.BUDGET).json().number("allowedKbps"))
                    .isEqualTo(1500);
        }
    }
}
