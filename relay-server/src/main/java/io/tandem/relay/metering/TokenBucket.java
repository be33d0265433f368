package io.tandem.relay.metering;

import java.util.concurrent.TimeUnit;

/**
 * A budget that fills at a rate up to a burst. Taking never fails: what is taken beyond the budget is a debt, and the answer is how
 * long to wait until it is paid.
 *
 * <p>A bucket is one number, the moment at which it is full again; every participant has three, and keeps them itself. Moments are those of the relay's ticker, in nanoseconds.
 */
final class TokenBucket {
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private TokenBucket() {}

    /**
     * Takes bytes that have arrived already.
     *
     * @param fullNanos when the bucket is full, or was
     * @return when it is full now
     */
    static long take(long fullNanos, int bytes, long bytesPerSecond, long nowNanos) {
        long from = fullNanos - nowNanos > 0 ? fullNanos : nowNanos;
        return from + (long) Math.ceil(Math.max(0, bytes) * NANOS_PER_SECOND / bytesPerSecond);
    }

    /** For how many nanoseconds nothing more should be taken: 0 while in budget. */
    static long waitNanos(long fullNanos, long burstBytes, long bytesPerSecond, long nowNanos) {
        long fillsFor = fullNanos - nowNanos;
        // An idle bucket is full; the division is for those that are not.
        return fillsFor <= 0 ? 0 : Math.max(0, fillsFor - (long) (burstBytes * NANOS_PER_SECOND / bytesPerSecond));
    }
}
