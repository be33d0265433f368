package io.tandem.load.scenario;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How long frames took from the tag's hand to the viewer's, in microseconds. */
public record Latencies(int count, long p50, long p99, long most) {
    private static final double MEDIAN = 0.5;
    private static final double HIGH = 0.99;
    private static final long NANOS_PER_MICRO = 1000;

    /** Those of these sessions since the last call. */
    static Latencies of(List<BusySession> sessions) {
        long[] sorted = sessions.stream()
                .flatMapToLong(session -> Arrays.stream(session.takeLatencies()))
                .sorted()
                .toArray();
        return new Latencies(sorted.length, at(sorted, MEDIAN), at(sorted, HIGH), at(sorted, 1));
    }

    private static long at(long[] sorted, double share) {
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * share))] / NANOS_PER_MICRO;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d frames, p50 %d us, p99 %d us, most %d us", count, p50, p99, most);
    }
}
