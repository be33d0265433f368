package io.tandem.load.workload;

import java.util.List;

/**
 * A session's frames, in the order of time, to be repeated from the start when it is over.
 *
 * @param name for reports
 * @param steps at least one, ordered by time
 * @param lengthMicros when it begins anew; not before its last step
 */
public record Recording(String name, List<Step> steps, long lengthMicros) {
    private static final double MICROS_PER_SECOND = 1_000_000;

    /** Copies the steps. */
    public Recording {
        steps = List.copyOf(steps);
        if (steps.isEmpty() || lengthMicros < steps.get(steps.size() - 1).atMicros()) {
            throw new IllegalArgumentException("recording " + name + " has no frames, or ends before its last one");
        }
    }

    /** Frames a second, on average. */
    public double framesPerSecond() {
        return steps.size() * MICROS_PER_SECOND / lengthMicros;
    }

    /** Payload bytes a second, on average, of one of the two. */
    public double bytesPerSecond(Step.Sender sender) {
        return steps.stream()
                        .filter(step -> step.sender() == sender)
                        .mapToLong(Step::payloadBytes)
                        .sum()
                * MICROS_PER_SECOND
                / lengthMicros;
    }

    /** The same, so many times as fast. */
    public Recording faster(double times) {
        if (times <= 0) {
            throw new IllegalArgumentException("a recording is sped up by more than 0, not by " + times);
        }
        return new Recording(
                name,
                steps.stream()
                        .map(step -> new Step(
                                Math.round(step.atMicros() / times),
                                step.sender(),
                                step.type(),
                                step.payloadBytes(),
                                step.more()))
                        .toList(),
                Math.max(1, Math.round(lengthMicros / times)));
    }
}
