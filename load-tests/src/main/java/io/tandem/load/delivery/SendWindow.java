package io.tandem.load.delivery;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many bytes may be on their way unacknowledged: as many as the path carries while frames queue no longer than about 100 ms (the idea is
 * LEDBAT's, RFC 6817), so that pointers and actions are not kept waiting by a page.
 */
final class SendWindow {
    private static final double MIN_BYTES = 12_288;

    /** What the relay holds for a slow viewer at most. */
    private static final double MAX_BYTES = 262_144;

    /** Until something is known of the path: a quarter of a second at 750 kbit/s. */
    private static final double FIRST_BYTES = 24_576;

    private static final double TARGET_MILLIS = 100;

    /** What the window grows by in a round trip at most, once the path's rate is known. */
    private static final double STEP_BYTES = 4_096;

    /** The least delay of this long counts as the path's own: a path may change. */
    private static final long BASE_SLOT_MILLIS = 10_000;

    private static final int BASE_SLOTS = 3;

    private final DeliveryClock clock;
    private final Deque<Long> least = new ArrayDeque<>();
    private double bytes = FIRST_BYTES;

    /** Doubles in each round trip until frames begin to queue. */
    private boolean probing = true;

    private long slotEndsMillis;

    SendWindow(DeliveryClock clock) {
        this.clock = clock;
    }

    double bytes() {
        return bytes;
    }

    /** So many bytes were acknowledged, the newest after this delay; the window tells what it could be only where it was full. */
    void acknowledged(int acked, long delayMillis, boolean wasFull) {
        bytes = Math.min(MAX_BYTES, Math.max(MIN_BYTES, bytes + change(acked, queueMillis(delayMillis), wasFull)));
    }

    private long queueMillis(long delayMillis) {
        if (clock.nowMillis() >= slotEndsMillis) {
            slotEndsMillis = clock.nowMillis() + BASE_SLOT_MILLIS;
            least.addLast(delayMillis);
            if (least.size() > BASE_SLOTS) {
                least.removeFirst();
            }
        }
        least.addLast(Math.min(least.removeLast(), delayMillis));
        long base = delayMillis;
        for (long one : least) {
            base = Math.min(base, one);
        }
        return delayMillis - base;
    }

    private double change(int acked, long queuedMillis, boolean wasFull) {
        double off = queuedMillis / TARGET_MILLIS - 1;
        if (off > 0) {
            double cut = probing ? bytes / 2 : Math.min(off, 0.5) * acked;
            probing = false;
            return -cut;
        }
        if (!wasFull) {
            return 0;
        }
        return probing ? acked : -off * acked * STEP_BYTES / bytes;
    }

    /** Another path, of which nothing is known. */
    void restart() {
        bytes = FIRST_BYTES;
        probing = true;
        least.clear();
        slotEndsMillis = 0;
    }
}
