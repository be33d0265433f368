package io.tandem.load.run;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * How long something took.
 *
 * @param count how often it was measured
 * @param p50 median, in microseconds; so are the others
 */
public record Percentiles(long count, double p50, double p90, double p99, double p999, double most) {
    private static final double NANOS_PER_MICRO = 1_000;

    /** Of a histogram of nanoseconds. */
    static Percentiles of(Histogram nanos) {
        return new Percentiles(
                nanos.getTotalCount(),
                nanos.getValueAtPercentile(50) / NANOS_PER_MICRO,
                nanos.getValueAtPercentile(90) / NANOS_PER_MICRO,
                nanos.getValueAtPercentile(99) / NANOS_PER_MICRO,
                nanos.getValueAtPercentile(99.9) / NANOS_PER_MICRO,
                nanos.getMaxValue() / NANOS_PER_MICRO);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "p50 %.0f us, p90 %.0f, p99 %.0f, p99.9 %.0f, most %.0f us (%d)",
                p50,
                p90,
                p99,
                p999,
                most,
                count);
    }
}
