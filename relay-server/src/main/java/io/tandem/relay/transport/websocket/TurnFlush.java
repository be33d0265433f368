package io.tandem.relay.transport.websocket;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;

/**
 * What was written on one event loop and not flushed yet. What comes of one connection's read leaves when all of the read was dealt with: one
 * system call for a receiver, however many frames. What is written otherwise leaves at the end of the loop's turn.
 */
final class TurnFlush implements Runnable {
    private static final FastThreadLocal<TurnFlush> HERE = new FastThreadLocal<>() {
        @Override
        protected TurnFlush initialValue() {
            return new TurnFlush();
        }
    };

    /** At most the connections of one loop; a connection stands in it once. */
    private final List<WebSocketOutlet> due = new ArrayList<>();

    private boolean isReading;
    private boolean taskIsDue;

    private TurnFlush() {}

    /** That of the event loop that this is called on. */
    static TurnFlush here() {
        return HERE.get();
    }

    /** A connection's read is being dealt with. */
    void readBegins() {
        isReading = true;
    }

    /** All of it was. */
    void readEnds() {
        isReading = false;
        run();
    }

    /** Something was written to this outlet. */
    void add(WebSocketOutlet outlet, ChannelHandlerContext context) {
        due.add(outlet);
        if (!isReading && !taskIsDue) {
            taskIsDue = true;
            context.executor().execute(() -> {
                taskIsDue = false;
                run();
            });
        }
    }

    @Override
    public void run() {
        // A flush may write more: what a connection that takes bytes again had waiting.
        for (int i = 0; i < due.size(); i++) {
            due.get(i).flush();
        }
        due.clear();
    }
}
