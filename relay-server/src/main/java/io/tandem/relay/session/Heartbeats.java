package io.tandem.relay.session;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has all open channels of one event loop look after their clients, each once in a period. As the period is the same for all, whoever begins is due last: they stand in a
 * line, and one timer for the first of them does, where a timer of its own is 100 bytes to each idle channel. Belongs to the loop.
 */
final class Heartbeats {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

    /** One who is in line, or in none. */
    abstract static class Member {
        private @Nullable Member before;
        private @Nullable Member behind;
        private long dueNanos;
        private boolean isInLine;

        /** A period has passed. It may leave the line. */
        abstract void heartbeat();
    }

    private final EventExecutor loop;
    private final Ticker ticker;
    private final long periodNanos;
    private @Nullable Member first;
    private @Nullable Member last;

    /** Whether the timer runs: it does while somebody is in line. */
    private boolean isTimed;

    /** Nobody is in line. */
    Heartbeats(EventExecutor loop, Ticker ticker, long periodMillis) {
        this.loop = loop;
        this.ticker = ticker;
        this.periodNanos = TimeUnit.MILLISECONDS.toNanos(periodMillis);
    }

    /** Its first heartbeat is a period from now. */
    void begin(Member member) {
        if (member.isInLine) {
            throw new IllegalStateException("a member is in line once");
        }
        append(member, ticker.nanoTime());
        if (!isTimed) {
            schedule(periodNanos);
        }
    }

    /** It has no heartbeats any more, if it had. */
    void end(Member member) {
        if (!member.isInLine) {
            return;
        }
        member.isInLine = false;
        if (member.before == null) {
            first = member.behind;
        } else {
            member.before.behind = member.behind;
        }
        if (member.behind == null) {
            last = member.before;
        } else {
            member.behind.before = member.before;
        }
        member.before = null;
        member.behind = null;
    }

    private void append(Member member, long now) {
        member.isInLine = true;
        member.dueNanos = now + periodNanos;
        member.before = last;
        if (last == null) {
            first = member;
        } else {
            last.behind = member;
        }
        last = member;
    }

    private void schedule(long delayNanos) {
        loop.schedule(this::beat, delayNanos, TimeUnit.NANOSECONDS);
        isTimed = true;
    }

    private void beat() {
        long now = ticker.nanoTime();
        try {
            for (Member due = first; due != null && due.dueNanos - now <= 0; due = first) {
                // Behind all others at once: so it can leave, and the line ends even where the loop is late by more
                // than a period.
                end(due);
                append(due, now);
                tell(due);
            }
        } finally {
            // Whatever happens: nobody else would have it beat again.
            isTimed = false;
            if (first != null) {
                schedule(first.dueNanos - now);
            }
        }
    }

    /** One member's fault is not another's, be it an exception or memory that has run out. */
    private static void tell(Member due) {
        try {
            due.heartbeat();
        } catch (Throwable fault) {
            LOG.error("a heartbeat met a fault of the relay's own", fault);
        }
    }
}
