package io.tandem.relay.bootstrap;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads for what may block, which event loops hand work to. */
public final class BackgroundThreads {
    private BackgroundThreads() {}

    /**
     * So many threads, of daemons with this name, which are there from the start. Handing a task over waits for nobody: the queue has no lock, where that of the JDK's own fixed pools
     * is one that an event loop would wait for when several hand over at once. How many tasks may wait is their senders' to bound.
     */
    public static ExecutorService start(int threads, String name) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, new LinkedTransferQueue<>(), task -> {
                    // A plain one: Netty's own kind are event loops to whoever looks for blocking calls.
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        // Starting one takes a lock, too.
        pool.prestartAllCoreThreads();
        return pool;
    }
}
