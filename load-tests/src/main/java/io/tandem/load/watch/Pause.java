package io.tandem.load.watch;

import java.util.OptionalLong;

/**
 * One stop of a JVM for its collector.
 *
 * @param atSeconds since the JVM began
 * @param heapAfterBytes what of the heap was used then; empty where the collector does not say
 */
public record Pause(double atSeconds, double millis, OptionalLong heapAfterBytes) {
    /** The same, counted from so much later. */
    public Pause earlierBy(double seconds) {
        return new Pause(atSeconds - seconds, millis, heapAfterBytes);
    }
}
