package io.tandem.load.workload;

import io.tandem.load.workload.Step.Sender;
import io.tandem.relay.frame.FrameType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/**
 * An even stream of frames for measurements that compare relays: page frames of which four in five have 60 to 200 bytes, most others up to
 * 4 KB, and one in fifty 20 to 60 KB; and, at a fifth of their rate, frames of 100 bytes back.
 */
public final class Mix {
    private static final long SEED = 42;
    private static final int FRAMES = 500;
    private static final int BACK_EVERY = 5;
    private static final int BACK_BYTES = 90;
    private static final long MICROS_PER_POINT = 100_000;
    private static final int PART_BYTES = 8 << 10;
    private static final long MICROS_PER_CLICK = 1_000_000;
    private static final double SMALL = 0.80;
    private static final double MEDIUM = 0.98;
    private static final double MICROS_PER_SECOND = 1_000_000;

    private Mix() {}

    /** So many frames a second in all, in both directions. */
    public static Recording of(double framesPerSecond) {
        SplittableRandom random = new SplittableRandom(SEED);
        return of("mix", framesPerSecond, () -> bytes(random));
    }

    /** The same with page frames of one size. */
    public static Recording even(double framesPerSecond, int payloadBytes) {
        return of("frames of " + payloadBytes + " bytes", framesPerSecond, () -> payloadBytes);
    }

    private static Recording of(String name, double framesPerSecond, IntSupplier bytes) {
        double stepMicros = MICROS_PER_SECOND / (framesPerSecond * BACK_EVERY / (BACK_EVERY + 1));
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            steps.add(new Step(Math.round(i * stepMicros), Sender.TAG, FrameType.MUTATIONS, bytes.getAsInt(), false));
            if (i % BACK_EVERY == 0) {
                long at = Math.round((i + 0.5) * stepMicros);
                steps.add(new Step(at, Sender.AGENT, FrameType.CURSOR, BACK_BYTES, false));
            }
        }
        steps.sort(Comparator.comparingLong(Step::atMicros));
        return new Recording(name, steps, Math.round(FRAMES * stepMicros));
    }

    /**
     * The same from a page on a slow link: in parts of at most 8 KiB, as a tag cuts them (protocol, section 1.2), with the consumer's pointer ten times a
     * second beside it.
     */
    public static Recording pointing(double framesPerSecond) {
        Recording mix = of(framesPerSecond);
        List<Step> steps = new ArrayList<>();
        for (Step step : mix.steps()) {
            int left = step.payloadBytes();
            for (; left > PART_BYTES; left -= PART_BYTES) {
                steps.add(new Step(step.atMicros(), step.sender(), step.type(), PART_BYTES, true));
            }
            steps.add(new Step(step.atMicros(), step.sender(), step.type(), left, false));
        }
        for (long at = MICROS_PER_POINT / 2; at < mix.lengthMicros(); at += MICROS_PER_POINT) {
            steps.add(new Step(at, Sender.TAG, FrameType.CURSOR, BACK_BYTES, false));
        }
        steps.sort(Comparator.comparingLong(Step::atMicros));
        return new Recording("mix on a slow link", steps, mix.lengthMicros());
    }

    /** The same, and the agent clicks once a second. */
    public static Recording acting(double framesPerSecond) {
        Recording mix = of(framesPerSecond);
        List<Step> steps = new ArrayList<>(mix.steps());
        for (long at = MICROS_PER_CLICK / 2; at < mix.lengthMicros(); at += MICROS_PER_CLICK) {
            steps.add(new Step(at, Sender.AGENT, FrameType.CLICK, BACK_BYTES, false));
        }
        steps.sort(Comparator.comparingLong(Step::atMicros));
        return new Recording("mix with clicks", steps, mix.lengthMicros());
    }

    private static int bytes(SplittableRandom random) {
        double kind = random.nextDouble();
        if (kind < SMALL) {
            return random.nextInt(50, 190);
        }
        return kind < MEDIUM ? random.nextInt(190, 4 << 10) : random.nextInt(20 << 10, 60 << 10);
    }
}
