package io.tandem.relay.metering;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.frame.Lane;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MeteringTest {
    private static final int KIBIBYTE = 1 << 10;

    private final MockTicker ticker = Ticker.newMockTicker();
    private final LinkGauge gauge = new LinkGauge(MeteringLimits.DEFAULTS);

    @Test
    void shouldLetABurstPassAndThenAskToWait() {
        long now = ticker.nanoTime();
        long full = TokenBucket.take(now, 4000, 1000, now);
        assertThat(TokenBucket.waitNanos(full, 4000, 1000, now)).isZero();
        full = TokenBucket.take(full, 500, 1000, now);
        assertThat(TokenBucket.waitNanos(full, 4000, 1000, now)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(500));
        ticker.advance(500, TimeUnit.MILLISECONDS);
        assertThat(TokenBucket.waitNanos(full, 4000, 1000, ticker.nanoTime())).isZero();
    }

    @Test
    void shouldNotSaveMoreThanABurst() {
        long full = ticker.nanoTime();
        ticker.advance(1, TimeUnit.HOURS);
        long now = ticker.nanoTime();
        full = TokenBucket.take(full, 4001, 1000, now);
        assertThat(TokenBucket.waitNanos(full, 4000, 1000, now)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
    }

    @Test
    void shouldTakeAQuietLinkForAGoodOne() {
        for (int i = 0; i < 100; i++) {
            ticker.advance(100, TimeUnit.MILLISECONDS);
            gauge.onFrame(200, 900, ticker.nanoTime());
        }
        assertThat(gauge.quality()).isEqualTo(LinkQuality.GOOD);
    }

    /** Ten frames of 16 KiB, each so long after the one before: 16 KiB every 100 ms are 1311 kbit/s. */
    private void run(long gapMillis) {
        for (int i = 0; i < 10; i++) {
            gauge.onFrame(16 * KIBIBYTE, 16 * KIBIBYTE, ticker.nanoTime());
            ticker.advance(gapMillis, TimeUnit.MILLISECONDS);
        }
    }

    @Test
    void shouldClassALinkByARunOfLargeFrames() {
        run(50);
        assertThat(gauge.quality()).isEqualTo(LinkQuality.GOOD);
        ticker.advance(1, TimeUnit.SECONDS);
        run(100);
        assertThat(gauge.quality()).isEqualTo(LinkQuality.FAIR);
        assertThat(gauge.measuredKbps()).isBetween(1300, 1320);
        ticker.advance(1, TimeUnit.SECONDS);
        run(300);
        assertThat(gauge.quality()).isEqualTo(LinkQuality.POOR);
    }

    @Test
    void shouldNotBlameTheLinkForWhatTheRelayHeldBack() {
        for (int i = 0; i < 10; i++) {
            gauge.onFrame(16 * KIBIBYTE, 16 * KIBIBYTE, ticker.nanoTime());
            gauge.onHeld();
            ticker.advance(400, TimeUnit.MILLISECONDS);
        }
        assertThat(gauge.quality()).isEqualTo(LinkQuality.GOOD);
    }

    @Test
    void shouldCountForAllOfItsLoop() {
        LaneCounters loop = new LaneCounters();
        SessionMeter first = new SessionMeter(MeteringLimits.DEFAULTS, null, loop, ticker);
        SessionMeter second = new SessionMeter(MeteringLimits.DEFAULTS, null, loop, ticker);
        assertThat(first.received(Lane.PAGE, 100, 108, ticker.nanoTime())).isZero();
        assertThat(first.sent(Lane.ACTION, 20, ticker.nanoTime())).isZero();
        assertThat(second.received(Lane.PAGE, 50, 58, ticker.nanoTime())).isZero();
        assertThat(loop.bytes(Direction.UP, Lane.PAGE)).isEqualTo(150);
        assertThat(loop.frames(Direction.UP, Lane.PAGE)).isEqualTo(2);
        assertThat(loop.carriedBytes()).isEqualTo(166);
        assertThat(loop.bytes(Direction.DOWN, Lane.ACTION)).isEqualTo(20);
    }

    @Test
    void shouldSayWhatOfABudgetWasUsedSinceTheLastLook() {
        SessionMeter meter = new SessionMeter(MeteringLimits.DEFAULTS, null, new LaneCounters(), ticker);
        int halfOfASecond = (int) MeteringLimits.DEFAULTS.budgetBytesPerSecond() / 2;
        meter.carried(halfOfASecond);
        ticker.advance(1, TimeUnit.SECONDS);
        assertThat(meter.usedSinceLastLook(ticker.nanoTime())).isEqualTo(0.5);
        ticker.advance(1, TimeUnit.SECONDS);
        assertThat(meter.usedSinceLastLook(ticker.nanoTime())).isZero();
        assertThat(meter.usedSinceLastLook(ticker.nanoTime())).isZero();
    }

    @Test
    void shouldKnowWhetherALinkWasEverMeasured() {
        assertThat(gauge.isMeasured()).isFalse();
        run(50);
        assertThat(gauge.isMeasured()).isTrue();
    }
}
