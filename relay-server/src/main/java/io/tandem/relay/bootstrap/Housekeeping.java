package io.tandem.relay.bootstrap;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that looks every two seconds at what may have changed outside the relay: files of keys, certificates and the configuration. */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    /** Soon enough for who waits for it, and a few system calls. */
    static final long LOOK_MILLIS = 2_000;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread fresh = new Thread(task, "housekeeping");
        fresh.setDaemon(true);
        return fresh;
    });

    /** Has something done again and again, until this is closed; it may block, and whatever it throws ends nothing. */
    void add(String what, Runnable look) {
        thread.scheduleWithFixedDelay(() -> guarded(what, look), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Has something done once, behind what is being done. */
    void run(String what, Runnable task) {
        thread.execute(() -> guarded(what, task));
    }

    private static void guarded(String what, Runnable look) {
        try {
            look.run();
        } catch (RuntimeException fault) {
            LOG.error("{}: could not be looked at", what, fault);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
