package io.tandem.load.simulation;

import io.tandem.load.delivery.DeliveryClock;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Time that passes from event to event; of events at one moment, the one that was put in first comes first. */
final class VirtualTime implements DeliveryClock {
    /** So many events may be put in for one moment, and more than ever are in a world. */
    private static final int ORDER_BITS = 24;

    private static final class Event implements Timer, Comparable<Event> {
        /** The moment, then the order within it: one comparison, as most of a world's time goes into them. */
        final long key;

        final Runnable task;
        boolean cancelled;

        Event(long key, Runnable task) {
            this.key = key;
            this.task = task;
        }

        @Override
        public int compareTo(Event other) {
            return Long.compare(key, other.key);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(key);
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowMillis;
    private long orders;

    @Override
    public long nowMillis() {
        return nowMillis;
    }

    @Override
    public Timer after(long millis, Runnable task) {
        Event event = new Event((nowMillis + millis) << ORDER_BITS | orders++, task);
        events.add(event);
        return event;
    }

    /** Goes to the next event and takes its task; a task that was taken back is an empty one. */
    Runnable next() {
        Event event = events.remove();
        nowMillis = event.key >> ORDER_BITS;
        return event.cancelled ? () -> {} : event.task;
    }
}
