package io.tandem.relay.metering;

import io.netty.util.concurrent.Ticker;
import io.tandem.relay.frame.Lane;
import java.util.concurrent.TimeUnit;

/**
 * Counts what one participant of a session sends and receives, over all its channels, and says when it sends too much: who leaves in debt
 * comes back in debt. Lives as long as the participant, on the session's loop.
 *
 * <p>What happens for each frame is told the time, so that a frame's whole way looks at the clock once.
 */
public final class SessionMeter {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LaneCounters loopCounters;
    private final LaneCounters own = new LaneCounters();
    private final TokenBucket budget;
    private final TokenBucket downstream;
    private final TokenBucket expansion;
    private final LinkGauge gauge;
    private final Ticker ticker;
    private final long budgetBytesPerSecond;
    private long lookedNanos;
    private long lookedBytes;

    /** Counts for one participant, and for the loop that its session lives on. */
    public SessionMeter(MeteringLimits limits, LaneCounters loopCounters, Ticker ticker) {
        this.loopCounters = loopCounters;
        this.ticker = ticker;
        long now = ticker.nanoTime();
        this.budget = new TokenBucket(limits.budgetBytesPerSecond(), limits.burstBytes(), now);
        this.downstream = new TokenBucket(limits.downstreamBytesPerSecond(), limits.burstBytes(), now);
        this.expansion = new TokenBucket(limits.downstreamBytesPerSecond(), MeteringLimits.EXPANSION_BURST_BYTES, now);
        this.gauge = new LinkGauge(limits);
        this.budgetBytesPerSecond = limits.budgetBytesPerSecond();
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
        own.count(Direction.UP, lane, frameBytes);
        loopCounters.count(Direction.UP, lane, frameBytes);
        gauge.onFrame(frameBytes, carriedBytes, nowNanos);
        return charge(carriedBytes, nowNanos);
    }

    /** The client's carrier took bytes that were no frame's, or none that was handed on; the answer is that of {@link #received}. */
    public long carried(int carriedBytes) {
        gauge.onCarried(carriedBytes);
        return charge(carriedBytes, ticker.nanoTime());
    }

    private long charge(int carriedBytes, long nowNanos) {
        own.carried(carriedBytes);
        loopCounters.carried(carriedBytes);
        return budget.take(carriedBytes, nowNanos);
    }

    /**
     * Something of the client's is to be expanded; false if it may not. It may at the rate of what goes to one client; who is in debt for it
     * is held like anybody in debt, and what was on its way still may, up to a bound.
     */
    public boolean expands(int bytes) {
        long now = ticker.nanoTime();
        boolean may = expansion.mayTake(bytes, MeteringLimits.EXPANSION_DEBT_BYTES, now);
        if (may) {
            expansion.take(bytes, now);
        }
        return may;
    }

    /** For how many nanoseconds the client should still not be read from: 0 while in budget. */
    public long debtNanos() {
        return debtNanos(ticker.nanoTime());
    }

    /** The same, for who knows what time it is. */
    public long debtNanos(long nowNanos) {
        return Math.max(budget.take(0, nowNanos), expansion.take(0, nowNanos));
    }

    /** A frame goes to the client; answers for how many nanoseconds no more should: 0 while within the downstream rate. */
    public long sent(Lane lane, int frameBytes, long nowNanos) {
        own.count(Direction.DOWN, lane, frameBytes);
        loopCounters.count(Direction.DOWN, lane, frameBytes);
        return downstream.take(frameBytes, nowNanos);
    }

    /** What of its budget's rate the participant used since this was asked last: 1 is all of it, more is what its burst allowed or what it owes. */
    public double usedSinceLastLook(long nowNanos) {
        long bytes = own.carriedBytes() - lookedBytes;
        double budgetBytes = budgetBytesPerSecond * ((nowNanos - lookedNanos) / NANOS_PER_SECOND);
        lookedBytes += bytes;
        lookedNanos = nowNanos;
        return budgetBytes > 0 ? bytes / budgetBytes : 0;
    }

    /** The relay stopped reading from the client. */
    public void held() {
        gauge.onHeld();
    }

    /** What the client's upstream seems to carry. */
    public LinkGauge link() {
        return gauge;
    }

    /** What this participant alone sent and received. */
    public LaneCounters counters() {
        return own;
    }
}
