package io.tandem.relay.metering;

import io.netty.util.concurrent.Ticker;
import io.tandem.relay.frame.Lane;

/**
 * Counts what one participant of a session sends and receives, over all its channels, and says when it sends too much: who leaves in debt
 * comes back in debt. Lives as long as the participant, on the session's loop.
 */
public final class SessionMeter {
    private final LaneCounters loopCounters;
    private final LaneCounters own = new LaneCounters();
    private final TokenBucket budget;
    private final TokenBucket downstream;
    private final TokenBucket expansion;
    private final LinkGauge gauge;

    /** Counts for one participant, and for the loop that its session lives on. */
    public SessionMeter(MeteringLimits limits, LaneCounters loopCounters, Ticker ticker) {
        this.loopCounters = loopCounters;
        this.budget = new TokenBucket(limits.budgetBytesPerSecond(), limits.burstBytes(), ticker);
        this.downstream = new TokenBucket(limits.downstreamBytesPerSecond(), limits.burstBytes(), ticker);
        this.expansion =
                new TokenBucket(limits.downstreamBytesPerSecond(), MeteringLimits.EXPANSION_BURST_BYTES, ticker);
        this.gauge = new LinkGauge(limits, ticker);
    }

    /**
     * A frame came from the client; answers for how many nanoseconds it should not be read from: 0 while in budget.
     *
     * @param carriedBytes what the carrier took from the network for it, with all that the carrier adds: what the budget and the link's
     *     measure count
     */
    public long received(Lane lane, int frameBytes, int carriedBytes) {
        own.count(Direction.UP, lane, frameBytes);
        loopCounters.count(Direction.UP, lane, frameBytes);
        gauge.onFrame(frameBytes, carriedBytes);
        return charge(carriedBytes);
    }

    /** The client's carrier took bytes that were no frame's, or none that was handed on; the answer is that of {@link #received}. */
    public long carried(int carriedBytes) {
        gauge.onCarried(carriedBytes);
        return charge(carriedBytes);
    }

    private long charge(int carriedBytes) {
        own.carried(carriedBytes);
        loopCounters.carried(carriedBytes);
        return budget.take(carriedBytes);
    }

    /**
     * Something of the client's is to be expanded; false if it may not. It may at the rate of what goes to one client; who is in debt for it
     * is held like anybody in debt, and what was on its way still may, up to a bound.
     */
    public boolean expands(int bytes) {
        boolean may = expansion.mayTake(bytes, MeteringLimits.EXPANSION_DEBT_BYTES);
        if (may) {
            expansion.take(bytes);
        }
        return may;
    }

    /** For how many nanoseconds the client should still not be read from: 0 while in budget. */
    public long debtNanos() {
        return Math.max(budget.take(0), expansion.take(0));
    }

    /** A frame goes to the client; answers for how many nanoseconds no more should: 0 while within the downstream rate. */
    public long sent(Lane lane, int frameBytes) {
        own.count(Direction.DOWN, lane, frameBytes);
        loopCounters.count(Direction.DOWN, lane, frameBytes);
        return downstream.take(frameBytes);
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
