package io.tandem.relay.metering;

import io.netty.util.concurrent.Ticker;

/**
 * Times one read in {@link #ONE_IN}, so that the others pay with a subtraction. The distance varies: connections that take turns would otherwise hide behind
 * the same one for ever. Used on one event loop.
 */
public final class ReadTiming {
    /** Of so many reads, on average, one is timed. */
    static final int ONE_IN = 16;

    /** Xorshift's, of any bits but none. */
    private static final int SEED = 0x2545F491;

    private final Ticker ticker;
    private int dice = SEED;
    private int untilNext = 1;
    private boolean running;
    private long begunNanos;

    /** Times the first read that brings something. */
    public ReadTiming(Ticker ticker) {
        this.ticker = ticker;
    }

    /** A read begins to be dealt with. */
    public void begins() {
        untilNext--;
        if (untilNext <= 0) {
            running = true;
            begunNanos = ticker.nanoTime();
        }
    }

    /**
     * All of it was, and what it brought was flushed.
     *
     * @param broughtSomething false: nothing left for anybody, and the next read is timed instead
     */
    public void ends(CarrierMeters meters, boolean broughtSomething) {
        if (!running) {
            return;
        }
        running = false;
        if (broughtSomething) {
            meters.relayed(ticker.nanoTime() - begunNanos);
            untilNext = distance();
        }
    }

    /** 1 to 31: 16 on average. */
    private int distance() {
        dice ^= dice << 13;
        dice ^= dice >>> 17;
        dice ^= dice << 5;
        return 1 + Math.floorMod(dice, 2 * ONE_IN - 1);
    }
}
