package io.tandem.relay.metering;

import io.netty.util.concurrent.Ticker;
import io.tandem.relay.frame.Lane;

/**
 * Counts what one channel of a session sends and receives, and says when it sends too much. Lives as long as the channel, on the
 * session's loop.
 */
public final class SessionMeter {
    private final LaneCounters loopCounters;
    private final LaneCounters own = new LaneCounters();
    private final TokenBucket budget;
    private final TokenBucket downstream;
    private final LinkGauge gauge;

    /** Counts for one channel, and for the loop that it lives on. */
    public SessionMeter(MeteringLimits limits, LaneCounters loopCounters, Ticker ticker) {
        this.loopCounters = loopCounters;
        this.budget = new TokenBucket(limits.budgetBytesPerSecond(), limits.burstBytes(), ticker);
        this.downstream = new TokenBucket(limits.downstreamBytesPerSecond(), limits.burstBytes(), ticker);
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
        own.carried(carriedBytes);
        loopCounters.count(Direction.UP, lane, frameBytes);
        loopCounters.carried(carriedBytes);
        gauge.onFrame(frameBytes, carriedBytes);
        return budget.take(carriedBytes);
    }

    /** For how many nanoseconds the client should still not be read from: 0 while in budget. */
    public long debtNanos() {
        return budget.take(0);
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

    /** What this channel alone sent and received. */
    public LaneCounters counters() {
        return own;
    }
}
