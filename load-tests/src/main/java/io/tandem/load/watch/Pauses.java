package io.tandem.load.watch;

import java.util.List;

/** Stops for a collector, together. */
public record Pauses(int count, double totalMillis, double longestMillis) {
    /** Of these. */
    public static Pauses of(List<Pause> pauses) {
        return new Pauses(
                pauses.size(),
                pauses.stream().mapToDouble(Pause::millis).sum(),
                pauses.stream().mapToDouble(Pause::millis).max().orElse(0));
    }
}
