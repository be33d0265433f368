package io.tandem.load.delivery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Time that a script moves. */
final class ScriptClock implements DeliveryClock {
    private static final class Task implements Timer {
        final long atMillis;
        final Runnable task;
        boolean cancelled;

        Task(long atMillis, Runnable task) {
            this.atMillis = atMillis;
            this.task = task;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private final List<Task> tasks = new ArrayList<>();
    private long nowMillis;

    @Override
    public long nowMillis() {
        return nowMillis;
    }

    @Override
    public Timer after(long millis, Runnable task) {
        Task later = new Task(nowMillis + millis, task);
        tasks.add(later);
        return later;
    }

    /** Lets this time pass, and what is due by then happen. */
    void pass(long millis) {
        long endMillis = nowMillis + millis;
        for (Optional<Task> next = next(endMillis); next.isPresent(); next = next(endMillis)) {
            tasks.remove(next.get());
            nowMillis = next.get().atMillis;
            next.get().task.run();
        }
        nowMillis = endMillis;
    }

    private Optional<Task> next(long untilMillis) {
        return tasks.stream()
                .filter(task -> !task.cancelled && task.atMillis <= untilMillis)
                .min(Comparator.comparingLong(task -> task.atMillis));
    }
}
