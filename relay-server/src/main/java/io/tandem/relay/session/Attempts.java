package io.tandem.relay.session;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which HELLO of a participant is the latest. Attempts are numbered by the client's clock, which another machine's is behind: a lower number
 * of a viewer that was never seen, told by its mark, is either another desk's, or one that a reload has overtaken. On the session's loop.
 */
final class Attempts {
    /** What a HELLO is to those that were accepted before. */
    enum Order {
        /** Later, or of another viewer. */
        LATER,
        /** The last one that was accepted, once more. */
        AGAIN,
        /** Earlier, or of a viewer whose place another took. */
        OVERTAKEN,
        /** Earlier, of a viewer that was never seen and could be a page that is gone, while somebody has the place. */
        UNPROVEN
    }

    /** Viewers that are remembered: more than an agent loads or changes desks while a HELLO can be on its way. */
    private static final int REMEMBERED_MARKS = 16;

    /**
     * The viewers before the present one by their marks, and whether one of another clock took its place: then its attempts say nothing. Null while there
     * was none, as mostly.
     */
    private @Nullable Map<Long, Boolean> seenMarks;

    private long mark;

    /** Of the last HELLO that was accepted. */
    private long last = Long.MIN_VALUE;

    private long acceptedNanos;

    /** When the last HELLO was accepted. */
    long acceptedNanos() {
        return acceptedNanos;
    }

    /**
     * Judges a HELLO, of which no note is taken.
     *
     * @param vacant nobody has the place that it would take
     * @param alive whoever says it was there after the last HELLO was accepted: so it is no late one of a viewer that is gone
     */
    Order judge(Hello hello, boolean vacant, boolean alive) {
        Long attempt = hello.attempt();
        if (attempt == null || last == Long.MIN_VALUE) {
            return Order.LATER;
        }
        if (hello.mark() == mark && attempt == last) {
            return Order.AGAIN;
        }
        if (seenMarks != null && seenMarks.getOrDefault(hello.mark(), false)) {
            return Order.OVERTAKEN;
        }
        boolean isStranger = hello.mark() != mark && (seenMarks == null || !seenMarks.containsKey(hello.mark()));
        if (attempt >= last || (isStranger && (vacant || alive))) {
            return Order.LATER;
        }
        return isStranger ? Order.UNPROVEN : Order.OVERTAKEN;
    }

    /** A HELLO was let in. */
    void accept(Hello hello, boolean alive, long nowNanos) {
        Long attempt = hello.attempt();
        if (attempt == null) {
            return;
        }
        if (last != Long.MIN_VALUE && hello.mark() != mark) {
            remember(mark, attempt < last && alive);
        }
        mark = hello.mark();
        last = attempt;
        acceptedNanos = nowNanos;
    }

    private void remember(long before, boolean isReplaced) {
        Map<Long, Boolean> marks = seenMarks == null ? new LinkedHashMap<>() : seenMarks;
        seenMarks = marks;
        // To the end: the one that was seen longest ago is forgotten first.
        Boolean wasReplaced = marks.remove(before);
        if (marks.size() == REMEMBERED_MARKS) {
            marks.remove(marks.keySet().iterator().next());
        }
        marks.put(before, isReplaced || Boolean.TRUE.equals(wasReplaced));
    }
}
