package io.tandem.relay.metering;

import java.util.concurrent.TimeUnit;

/**
 * A budget that fills at a rate up to a burst. Taking never fails: what is taken beyond the budget is a debt, and the answer is how
 * long to wait until it is paid. Used on one thread.
 */
public final class TokenBucket {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final double bytesPerNano;
    private final double burstBytes;
    private double available;
    private long filledNanos;

    /** A bucket that is full at this moment. */
    public TokenBucket(long bytesPerSecond, long burstBytes, long nowNanos) {
        this.bytesPerNano = bytesPerSecond / NANOS_PER_SECOND;
        this.burstBytes = burstBytes;
        this.available = this.burstBytes;
        this.filledNanos = nowNanos;
    }

    /**
     * Takes bytes that have arrived already, and answers how many nanoseconds nothing more should: 0 while in budget.
     *
     * @param nowNanos as the caller's clock said when it began with what it does: a moment before that of the last call fills nothing
     */
    public long take(int bytes, long nowNanos) {
        long sinceNanos = nowNanos - filledNanos;
        if (sinceNanos > 0) {
            available = Math.min(burstBytes, available + sinceNanos * bytesPerNano);
            filledNanos = nowNanos;
        }
        available -= Math.max(0, bytes);
        return available >= 0 ? 0 : (long) Math.ceil(-available / bytesPerNano);
    }

    /** Whether so many bytes may be taken now without a larger debt than this. */
    public boolean mayTake(int bytes, long debtBytes, long nowNanos) {
        take(0, nowNanos);
        return available - bytes >= -debtBytes;
    }
}
