package io.tandem.load.engine;

import io.tandem.load.workload.Recording;
import io.tandem.load.workload.Step;
import io.tandem.relay.frame.FrameType;
import java.util.List;

/** Where a pair is in its recording, which begins anew when it is over. */
final class Playhead {
    /** A page is loaded in one of so many rounds of the recording; in the others it stays, and only what happens on it is repeated. */
    private static final int ROUNDS_PER_PAGE = 6;

    private static final long NANOS_PER_MICRO = 1_000;

    private final Recording recording;
    private int at;
    private int round;
    private long roundNanos;
    private boolean hasStarted;

    /** Pairs of neighbouring numbers load their pages in different rounds. */
    Playhead(Recording recording, int number) {
        this.recording = recording;
        this.round = number % ROUNDS_PER_PAGE;
    }

    /** Begins at a phase of the recording, 0 to 1; after a rest it goes on with the step that was next, which is due within the mean gap between steps. */
    void start(long nowNanos, double phase) {
        List<Step> steps = recording.steps();
        if (hasStarted) {
            long gapNanos = recording.lengthMicros() * NANOS_PER_MICRO / steps.size();
            roundNanos = nowNanos + (long) (phase * gapNanos) - step().atMicros() * NANOS_PER_MICRO;
            return;
        }
        hasStarted = true;
        long offset = (long) (phase * recording.lengthMicros());
        roundNanos = nowNanos - offset * NANOS_PER_MICRO;
        while (at < steps.size() && steps.get(at).atMicros() < offset) {
            at++;
        }
        wrap();
    }

    Step step() {
        return recording.steps().get(at);
    }

    long dueNanos() {
        return roundNanos + step().atMicros() * NANOS_PER_MICRO;
    }

    void advance() {
        at++;
        wrap();
    }

    private void wrap() {
        List<Step> steps = recording.steps();
        if (at == steps.size()) {
            at = 0;
            round++;
            roundNanos += recording.lengthMicros() * NANOS_PER_MICRO;
        }
        while (round % ROUNDS_PER_PAGE != 0 && steps.get(at).type() == FrameType.KEYFRAME && at + 1 < steps.size()) {
            at++;
        }
    }
}
