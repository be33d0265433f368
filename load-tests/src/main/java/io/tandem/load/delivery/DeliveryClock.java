package io.tandem.load.delivery;

/** Time, as a machine is given it. Tasks run on the thread that owns the machine. */
public interface DeliveryClock {
    /** Milliseconds since whenever; never goes back. */
    long nowMillis();

    /** Runs a task after this time, unless it is taken back. */
    Timer after(long millis, Runnable task);

    /** A task that may be taken back. */
    interface Timer {
        /** The task does not run any more. */
        void cancel();
    }
}
