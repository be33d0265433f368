package io.tandem.relay.metering;

import io.netty.util.concurrent.Ticker;
import io.tandem.relay.frame.Lane;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts what one participant of a session sends and receives, over all its channels, and says when it sends too much: who leaves in debt
 * comes back in debt. Lives as long as the participant, on the session's loop.
 *
 * <p>What happens for each frame is told the time, so that a frame's whole way looks at the clock once.
 */
public final class SessionMeter {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final MeteringLimits limits;
    private final LaneCounters loopCounters;
    private final @Nullable LinkGauge gauge;
    private final Ticker ticker;

    // When each of its buckets is full, as TokenBucket has it.
    private long budgetFullNanos;
    private long downstreamFullNanos;
    private long expansionFullNanos;

    private long lookedNanos;

    /** What carriers took from the network since then. */
    private long carriedSinceLook;

    /**
     * Counts for one participant, and for the loop that its session lives on.
     *
     * @param gauge measures its link; null where nobody asks
     */
    public SessionMeter(MeteringLimits limits, @Nullable LinkGauge gauge, LaneCounters loopCounters, Ticker ticker) {
        this.loopCounters = loopCounters;
        this.ticker = ticker;
        this.limits = limits;
        this.gauge = gauge;
        long now = ticker.nanoTime();
        this.budgetFullNanos = now;
        this.downstreamFullNanos = now;
        this.expansionFullNanos = now;
        this.lookedNanos = now;
    }

    /**
     * A frame came from the client; answers for how many nanoseconds it should not be read from: 0 while in budget.
     *
     * @param carriedBytes what the carrier took from the network for it, with all that the carrier adds: what the budget and the link's
     *     measure count
     * @param nowNanos when it came
     */
    public long received(Lane lane, int frameBytes, int carriedBytes, long nowNanos) {
        loopCounters.count(Direction.UP, lane, frameBytes);
        if (gauge != null) {
            gauge.onFrame(frameBytes, carriedBytes, nowNanos);
        }
        return charge(carriedBytes, nowNanos);
    }

    /** The client's carrier took bytes that were no frame's, or none that was handed on; the answer is that of {@link #received}. */
    public long carried(int carriedBytes) {
        if (gauge != null) {
            gauge.onCarried(carriedBytes);
        }
        return charge(carriedBytes, ticker.nanoTime());
    }

    private long charge(int carriedBytes, long nowNanos) {
        carriedSinceLook += carriedBytes;
        loopCounters.carried(carriedBytes);
        budgetFullNanos = TokenBucket.take(budgetFullNanos, carriedBytes, limits.budgetBytesPerSecond(), nowNanos);
        return budgetDebtNanos(nowNanos);
    }

    /**
     * Something of the client's is to be expanded; false if it may not. It may at the rate of what goes to one client; who is in debt for it
     * is held like anybody in debt, and what was on its way still may, up to a bound.
     */
    public boolean expands(int bytes) {
        long now = ticker.nanoTime();
        long rate = limits.downstreamBytesPerSecond();
        long full = TokenBucket.take(expansionFullNanos, bytes, rate, now);
        long mayOweBytes = MeteringLimits.EXPANSION_BURST_BYTES + MeteringLimits.EXPANSION_DEBT_BYTES;
        boolean may = TokenBucket.waitNanos(full, mayOweBytes, rate, now) == 0;
        if (may) {
            expansionFullNanos = full;
        }
        return may;
    }

    /** For how many nanoseconds the client should still not be read from: 0 while in budget. */
    public long debtNanos() {
        return debtNanos(ticker.nanoTime());
    }

    /** The same, for who knows what time it is. */
    public long debtNanos(long nowNanos) {
        return Math.max(
                budgetDebtNanos(nowNanos),
                TokenBucket.waitNanos(
                        expansionFullNanos,
                        MeteringLimits.EXPANSION_BURST_BYTES,
                        limits.downstreamBytesPerSecond(),
                        nowNanos));
    }

    private long budgetDebtNanos(long nowNanos) {
        return TokenBucket.waitNanos(budgetFullNanos, limits.burstBytes(), limits.budgetBytesPerSecond(), nowNanos);
    }

    /** A frame goes to the client; answers for how many nanoseconds no more should: 0 while within the downstream rate. */
    public long sent(Lane lane, int frameBytes, long nowNanos) {
        loopCounters.count(Direction.DOWN, lane, frameBytes);
        long rate = limits.downstreamBytesPerSecond();
        downstreamFullNanos = TokenBucket.take(downstreamFullNanos, frameBytes, rate, nowNanos);
        return TokenBucket.waitNanos(downstreamFullNanos, limits.burstBytes(), rate, nowNanos);
    }

    /** What of its budget's rate the participant used since this was asked last: 1 is all of it, more is what its burst allowed or what it owes. */
    public double usedSinceLastLook(long nowNanos) {
        long bytes = carriedSinceLook;
        double budgetBytes = limits.budgetBytesPerSecond() * ((nowNanos - lookedNanos) / NANOS_PER_SECOND);
        carriedSinceLook = 0;
        lookedNanos = nowNanos;
        return budgetBytes > 0 ? bytes / budgetBytes : 0;
    }

    /** The relay stopped reading from the client. */
    public void held() {
        if (gauge != null) {
            gauge.onHeld();
        }
    }

    /** What the client's upstream seems to carry; of one that was given a gauge. */
    public LinkGauge link() {
        return Objects.requireNonNull(gauge, "only a consumer's link is measured");
    }
}
