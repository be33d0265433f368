package io.tandem.relay.metering;

import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/**
 * A budget that fills at a rate up to a burst. Taking never fails: what is taken beyond the budget is a debt, and the answer is how
 * long to wait until it is paid. Used on one thread.
 */
public final class TokenBucket {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final double bytesPerNano;
    private final double burstBytes;
    private final Ticker ticker;
    private double available;
    private long filledNanos;

    /** A full bucket. */
    public TokenBucket(long bytesPerSecond, long burstBytes, Ticker ticker) {
        this.bytesPerNano = bytesPerSecond / NANOS_PER_SECOND;
        this.burstBytes = burstBytes;
        this.ticker = ticker;
        this.available = this.burstBytes;
        this.filledNanos = ticker.nanoTime();
    }

    /** Takes bytes that have arrived already, and answers how many nanoseconds nothing more should: 0 while in budget. */
    public long take(int bytes) {
        long now = ticker.nanoTime();
        available = Math.min(burstBytes, available + (now - filledNanos) * bytesPerNano) - Math.max(0, bytes);
        filledNanos = now;
        return available >= 0 ? 0 : (long) Math.ceil(-available / bytesPerNano);
    }

    /** Whether so many bytes may be taken now without a larger debt than this. */
    public boolean mayTake(int bytes, long debtBytes) {
        take(0);
        return available - bytes >= -debtBytes;
    }
}
