package io.tandem.load.run;

import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.Traffic;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What sessions took of their consumers' links while it was measured, in bits a second, such that several generators' may be added up.
 *
 * @param up from the consumer, one value for each session
 * @param down to the consumer, one value for each session
 */
public record LinkRates(Histogram up, Histogram down) {
    /** No consumer's link is that fast; what is beyond it counts as this. */
    private static final long HIGHEST_BITS_PER_SECOND = 100_000_000_000L;

    private static final int BITS_PER_BYTE = 8;

    /** Of no sessions. */
    public static LinkRates none() {
        return new LinkRates(histogram(), histogram());
    }

    private static Histogram histogram() {
        return new Histogram(HIGHEST_BITS_PER_SECOND, LoadLoop.DIGITS);
    }

    /** Of sessions that moved so much in so long. */
    static LinkRates of(List<Traffic> moved, double seconds) {
        LinkRates rates = none();
        for (Traffic each : moved) {
            rates.up.recordValue(bitsPerSecond(each.upBytes(), seconds));
            rates.down.recordValue(bitsPerSecond(each.downBytes(), seconds));
        }
        return rates;
    }

    private static long bitsPerSecond(long bytes, double seconds) {
        return Math.min(HIGHEST_BITS_PER_SECOND, Math.round(bytes * BITS_PER_BYTE / seconds));
    }

    LinkRates plus(LinkRates other) {
        LinkRates both = new LinkRates(up.copy(), down.copy());
        both.up.add(other.up);
        both.down.add(other.down);
        return both;
    }
}
