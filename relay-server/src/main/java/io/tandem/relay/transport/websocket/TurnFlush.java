package io.tandem.relay.transport.websocket;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.metering.CarrierMeters;
import io.tandem.relay.metering.ReadTiming;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * When what was written on one event loop is given to the network. What comes of one connection's read leaves when all of the read was dealt with:
 * one system call for a receiver, however many frames, and no task for it. What is written otherwise, by a timer or by another carrier's request,
 * leaves at the end of the loop's turn.
 */
final class TurnFlush {
    private static final FastThreadLocal<TurnFlush> HERE = new FastThreadLocal<>() {
        @Override
        protected TurnFlush initialValue() {
            return new TurnFlush();
        }
    };

    /** Written to in the present read. At most the connections of one loop: each stands in it once. */
    private final Queue<WebSocketOutlet> due = new ArrayDeque<>();

    private final ReadTiming timing = new ReadTiming(Ticker.systemTicker());
    private boolean isReading;

    private TurnFlush() {}

    /** That of the event loop that this is called on. */
    static TurnFlush here() {
        return HERE.get();
    }

    /** A connection's read is being dealt with. Its end is sure to be told: by Netty, or by the connection's own end. */
    void readBegins() {
        if (!isReading) {
            isReading = true;
            timing.begins();
        }
    }

    /** All of it was, or no read is to be expected any more. */
    void readEnds(CarrierMeters meters) {
        isReading = false;
        boolean broughtSomething = !due.isEmpty();
        // A flush may end connections, and lead here again: whoever is first flushes the rest.
        for (WebSocketOutlet next = due.poll(); next != null; next = due.poll()) {
            flush(next);
        }
        timing.ends(meters, broughtSomething);
    }

    /** One client's fault is not another's: the rest are flushed all the same, also where memory has run out for one. */
    private static void flush(WebSocketOutlet outlet) {
        try {
            outlet.flush();
        } catch (Throwable fault) {
            outlet.failed(fault);
        }
    }

    /** Something was written to this outlet, which is not due yet; it lives on this loop. */
    void add(WebSocketOutlet outlet, EventExecutor loop) {
        if (isReading) {
            due.add(outlet);
        } else {
            loop.execute(() -> flush(outlet));
        }
    }
}
