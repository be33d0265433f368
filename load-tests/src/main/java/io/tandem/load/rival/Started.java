package io.tandem.load.rival;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What has been started and is to be ended, the last first: each of it, even where the end of another fails. On one thread. */
final class Started implements AutoCloseable {
    private final Deque<Runnable> ends = new ArrayDeque<>();

    /** Something is there now, which this ends. */
    void endBy(Runnable end) {
        ends.push(end);
    }

    /** Ends all of it, and only then tells of the first that failed. */
    @Override
    public void close() {
        @Nullable RuntimeException failed = null;
        while (!ends.isEmpty()) {
            try {
                ends.pop().run();
            } catch (RuntimeException e) {
                if (failed == null) {
                    failed = e;
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
