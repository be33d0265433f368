package io.tandem.relay.session;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Which HELLO of a participant is the latest. Attempts are numbered by the client's clock, so only those of one clock can be compared: those
 * of one loaded viewer, which has a mark of its own, or of one consumer. Whoever comes with another mark takes the place, and whoever had it
 * with the last one has lost it for good. On the session's loop.
 */
final class Attempts {
    /** What a HELLO is to those that were accepted before. */
    enum Order {
        /** Later, or of another viewer. */
        LATER,
        /** The last one that was accepted, once more. */
        AGAIN,
        /** Earlier, or of a viewer whose place another took. */
        OVERTAKEN
    }

    /** Viewers that lost the place and are remembered: more than an agent changes desks while a request can be on its way. */
    private static final int REMEMBERED_MARKS = 16;

    private final Deque<Long> replacedMarks = new ArrayDeque<>();
    private long mark;

    /** The highest attempt that was accepted with the mark. */
    private long last = Long.MIN_VALUE;

    Order judge(Hello hello) {
        Long attempt = hello.attempt();
        if (attempt == null) {
            return Order.LATER;
        }
        if (last != Long.MIN_VALUE && hello.mark() != mark) {
            return replacedMarks.contains(hello.mark()) ? Order.OVERTAKEN : Order.LATER;
        }
        if (attempt == last) {
            return Order.AGAIN;
        }
        return attempt > last ? Order.LATER : Order.OVERTAKEN;
    }

    /** A HELLO that is not overtaken was let in. */
    void accept(Hello hello) {
        Long attempt = hello.attempt();
        if (attempt == null) {
            return;
        }
        if (last != Long.MIN_VALUE && hello.mark() != mark) {
            if (replacedMarks.size() == REMEMBERED_MARKS) {
                replacedMarks.remove();
            }
            replacedMarks.add(mark);
        }
        mark = hello.mark();
        last = attempt;
    }
}
