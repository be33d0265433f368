package io.tandem.load.simulation;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Runs many worlds, on all processors, and keeps the seeds of those in which something was that must not be. */
final class Simulation {
    /** More of them tell nothing new. */
    private static final int KEPT_FAILURES = 20;

    /**
     * What came of it.
     *
     * @param failures by seed
     */
    record Report(long seeds, long actions, long happened, long documents, long carriers, Map<Long, String> failures) {}

    private final Machines machines;
    private final LongAdder seeds = new LongAdder();
    private final LongAdder actions = new LongAdder();
    private final LongAdder happened = new LongAdder();
    private final LongAdder documents = new LongAdder();
    private final LongAdder carriers = new LongAdder();
    private final Map<Long, String> failures = new ConcurrentSkipListMap<>();

    Simulation(Machines machines) {
        this.machines = machines;
    }

    /** Lives through the worlds of these seeds, or until enough have failed. */
    Report run(long first, long count, int enoughFailures) throws InterruptedException {
        AtomicLong next = new AtomicLong(first);
        int threads = Runtime.getRuntime().availableProcessors();
        CountDownLatch done = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            new Thread(
                            () -> {
                                try {
                                    for (long seed = next.getAndIncrement();
                                            seed < first + count && failures.size() < enoughFailures;
                                            seed = next.getAndIncrement()) {
                                        runOne(seed);
                                    }
                                } finally {
                                    done.countDown();
                                }
                            },
                            "world-" + i)
                    .start();
        }
        done.await();
        return new Report(
                seeds.sum(), actions.sum(), happened.sum(), documents.sum(), carriers.sum(), Map.copyOf(failures));
    }

    private void runOne(long seed) {
        seeds.increment();
        String failure = failureOf(seed);
        if (failure != null && failures.size() < KEPT_FAILURES) {
            failures.put(seed, failure);
        }
    }

    private @Nullable String failureOf(long seed) {
        try {
            World.Result result = new World(seed, machines, null).live();
            actions.add(result.actions());
            happened.add(result.happened());
            documents.add(result.documents());
            carriers.add(result.carriers());
            return null;
        } catch (Throwable failure) {
            // An Error too: else its thread would end, and nobody would hear of it.
            return failure.toString();
        }
    }
}
