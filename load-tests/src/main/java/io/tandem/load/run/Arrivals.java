package io.tandem.load.run;

import io.tandem.load.engine.LoadSession;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A crowd at the door, each of which comes again and again until it is in. On one thread, which it blocks. */
final class Arrivals {
    /** Who does not get in waits so long, each time twice as long ... */
    private static final long BACK_OFF_MILLIS = 100;

    /** ... so often, and then no longer. */
    private static final int BACK_OFF_DOUBLINGS = 4;

    /** One that is in. */
    record Arrival(LoadSession session, long afterNanos) {}

    private final Generator generator;
    private final BlockingQueue<Runnable> turns = new LinkedBlockingQueue<>();
    private final List<Arrival> arrived = new ArrayList<>();
    private long sinceNanos;
    private long attempts;

    Arrivals(Generator generator) {
        this.generator = generator;
    }

    /**
     * Has so many sessions begin at once, numbered from this one on.
     *
     * @param sinceNanos from which on it is counted how long each takes
     * @return those that are in when all of them are, or when the time is up
     */
    List<Arrival> await(int first, int count, long sinceNanos, int withinSeconds) throws InterruptedException {
        this.sinceNanos = sinceNanos;
        for (int i = 0; i < count; i++) {
            attempt(first + i, 0);
        }
        long end = sinceNanos + TimeUnit.SECONDS.toNanos(withinSeconds);
        while (arrived.size() < count && System.nanoTime() - end < 0) {
            Runnable turn = turns.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (turn != null) {
                turn.run();
            }
        }
        return arrived;
    }

    /** How often somebody tried. */
    long attempts() {
        return attempts;
    }

    private void attempt(int number, int failures) {
        attempts++;
        generator.open(number).paired().whenComplete((session, fault) -> {
            long after = System.nanoTime() - sinceNanos;
            if (fault == null) {
                turns.add(() -> arrived.add(new Arrival(session, after)));
            } else {
                later(failures).execute(() -> turns.add(() -> attempt(number, failures + 1)));
            }
        });
    }

    private static Executor later(int failures) {
        long most = BACK_OFF_MILLIS << Math.min(failures, BACK_OFF_DOUBLINGS);
        return CompletableFuture.delayedExecutor(
                ThreadLocalRandom.current().nextLong(most / 2, most), TimeUnit.MILLISECONDS);
    }
}
