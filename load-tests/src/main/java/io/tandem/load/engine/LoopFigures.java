package io.tandem.load.engine;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What one event loop of the generator has counted since it began.
 *
 * @param sent frames that were given to the network
 * @param received frames that came
 * @param sentBytes of the frames that were sent, headers of the protocol included
 * @param receivedBytes of those that came
 * @param collapsed pointer frames in whose place a later one came, as is right
 * @param expired actions that were answered, as is right, that they had come too late
 * @param turnedAway how often a consumer was answered that there is no room now
 * @param active pairs that exchange frames
 * @param faults how often each was seen; those that were not are left out
 * @param faultLines what went wrong first, a line each
 */
public record LoopFigures(
        long sent,
        long received,
        long sentBytes,
        long receivedBytes,
        long collapsed,
        long expired,
        long turnedAway,
        int active,
        Map<Fault, Long> faults,
        List<String> faultLines) {
    /** Copies the faults and their lines. */
    public LoopFigures {
        faults = Map.copyOf(faults);
        faultLines = List.copyOf(faultLines);
    }

    /** Together with another loop's. */
    public LoopFigures plus(LoopFigures other) {
        Map<Fault, Long> both = new EnumMap<>(Fault.class);
        both.putAll(faults);
        other.faults.forEach((fault, times) -> both.merge(fault, times, Long::sum));
        return new LoopFigures(
                sent + other.sent,
                received + other.received,
                sentBytes + other.sentBytes,
                receivedBytes + other.receivedBytes,
                collapsed + other.collapsed,
                expired + other.expired,
                turnedAway + other.turnedAway,
                active + other.active,
                both,
                Stream.concat(faultLines.stream(), other.faultLines.stream()).toList());
    }

    /** What has come to it since then. */
    public LoopFigures since(LoopFigures earlier) {
        Map<Fault, Long> more = new EnumMap<>(Fault.class);
        faults.forEach((fault, times) -> {
            long since = times - earlier.faults.getOrDefault(fault, 0L);
            if (since > 0) {
                more.put(fault, since);
            }
        });
        return new LoopFigures(
                sent - earlier.sent,
                received - earlier.received,
                sentBytes - earlier.sentBytes,
                receivedBytes - earlier.receivedBytes,
                collapsed - earlier.collapsed,
                expired - earlier.expired,
                turnedAway - earlier.turnedAway,
                active,
                more,
                faultLines.stream()
                        .skip(Math.min(earlier.faultLines.size(), faultLines.size()))
                        .toList());
    }

    /** All faults together. */
    public long faultCount() {
        return faults.values().stream().mapToLong(Long::longValue).sum();
    }
}
