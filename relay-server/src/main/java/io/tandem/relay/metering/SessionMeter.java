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
    private final LinkGauge gauge;

    /** Counts for one channel, and for the loop that it lives on. */
    public SessionMeter(MeteringLimits limits, LaneCounters loopCounters, Ticker ticker) {
        this.loopCounters = loopCounters;
        this.budget = new TokenBucket(limits.budgetBytesPerSecond(), limits.burstBytes(), ticker);
        this.gauge = new LinkGauge(limits, ticker);
    }

    /** A frame came from the client; answers for how many nanoseconds it should not be read from: 0 while in budget. */
    public long received(Lane lane, int frameBytes) {
        own.count(Direction.UP, lane, frameBytes);
        loopCounters.count(Direction.UP, lane, frameBytes);
        gauge.onFrame(frameBytes);
        return budget.take(frameBytes);
    }

    /** A frame goes to the client. */
    public void sent(Lane lane, int frameBytes) {
        own.count(Direction.DOWN, lane, frameBytes);
        loopCounters.count(Direction.DOWN, lane, frameBytes);
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
