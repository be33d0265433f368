package io.tandem.relay.transport.longpoll;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Pushes back on a client that polls: while its session does not read, the answer to a POST waits, and the client, which has one POST
 * at a time, with it. On the session's loop.
 */
final class PollThrottle {
    private final EventExecutor loop;
    private final long holdMillis;

    /** The POST whose answer waits. */
    private @Nullable PollExchange posted;

    /** Whether the client has to wait, even where the connection of its POST has ended: hanging up does not shorten the wait. Asked from any thread. */
    private volatile boolean holding;

    private @Nullable Future<?> timer;

    PollThrottle(EventExecutor loop, long holdMillis) {
        this.loop = loop;
        this.holdMillis = holdMillis;
    }

    boolean isHolding() {
        return holding;
    }

    /** Answers a POST of this carrier as soon as the session reads, or after as long as a request may be held. */
    void answer(PollExchange exchange, PollCarrier carrier, boolean reading) {
        // One that waits already is the same request, which whoever stands between sent again: it is the new one that
        // counts.
        release();
        if (reading) {
            exchange.answer(PollAnswers.nothing());
            return;
        }
        posted = exchange;
        holding = true;
        exchange.waitsFor(carrier);
        timer = loop.schedule(this::release, holdMillis, TimeUnit.MILLISECONDS);
    }

    /** The wait is over: answers the POST that waits, if its connection still stands. */
    void release() {
        holding = false;
        if (timer != null) {
            timer.cancel(false);
        }
        PollExchange waiting = posted;
        posted = null;
        if (waiting != null) {
            waiting.answer(PollAnswers.nothing());
        }
    }

    /** Lets go of a POST whose connection ended; false if it is not the one that waits. */
    boolean forget(PollExchange exchange) {
        if (exchange != posted) {
            return false;
        }
        posted = null;
        return true;
    }
}
