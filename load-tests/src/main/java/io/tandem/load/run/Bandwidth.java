package io.tandem.load.run;

import io.tandem.relay.metering.MeteringLimits;
import org.HdrHistogram.Histogram;

/**
 * What sessions took of their consumers' links while it was measured, in kbit/s: all that their carriers moved, but for TCP and IP.
 *
 * @param upMedian from the consumer, of the session in the middle; its budgets are {@link #FLOOR_KBPS} and {@link #RECOMMENDED_KBPS}
 * @param upMost of the session that sent most
 * @param downMedian to the consumer, of the session in the middle
 * @param downMost of the session that got most
 */
public record Bandwidth(double upMedian, double upMost, double downMedian, double downMost) {
    /** The upstream that a consumer has to have. */
    public static final int FLOOR_KBPS = MeteringLimits.DEFAULTS.floorKbps();

    /** The upstream that a consumer should have. */
    public static final int RECOMMENDED_KBPS = MeteringLimits.DEFAULTS.recommendedKbps();

    private static final double BITS_PER_KILOBIT = 1_000;

    /** As it is told of so many sessions; exact to three digits. */
    static Bandwidth of(LinkRates rates) {
        return new Bandwidth(median(rates.up()), most(rates.up()), median(rates.down()), most(rates.down()));
    }

    private static double median(Histogram rates) {
        return rates.getValueAtPercentile(50) / BITS_PER_KILOBIT;
    }

    private static double most(Histogram rates) {
        return rates.getMaxValue() / BITS_PER_KILOBIT;
    }
}
