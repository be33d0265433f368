package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that waits for its answer. The carrier answers on its session's loop, the connection writes on its own: this stands
 * between the two. Every method but {@link #connectionLost} and {@link #answered} is called on the session's loop.
 */
final class PollExchange {
    /** Told on the session's loop whether an answer was handed to the network whole. */
    interface Written {
        void done(boolean whole);
    }

    private static final Logger LOG = LoggerFactory.getLogger(PollExchange.class);

    private final PollConnection connection;
    private final ChannelHandlerContext context;
    private final EventExecutor sessionLoop;
    private final int headBytes;

    /** Who is to be told when the connection ends before the answer. */
    private @Nullable PollCarrier carrier;

    /** Who is to be told what became of the answer; null: nobody, and no loop is woken for it. */
    private @Nullable Written written;

    PollExchange(PollConnection connection, ChannelHandlerContext context, EventExecutor sessionLoop, int headBytes) {
        this.connection = connection;
        this.context = context;
        this.sessionLoop = sessionLoop;
        this.headBytes = headBytes;
    }

    ChannelHandlerContext context() {
        return context;
    }

    /** What the head of the request took of the network. */
    int headBytes() {
        return headBytes;
    }

    ByteBufAllocator allocator() {
        return context.alloc();
    }

    /** Waits for this carrier's answer from now on. */
    void waitsFor(PollCarrier owner) {
        carrier = owner;
    }

    /** Answers, once; takes ownership of the response. */
    void answer(FullHttpResponse response) {
        answer(response, null);
    }

    /** Answers, once; takes ownership of the response. */
    void answer(FullHttpResponse response, @Nullable Written whenWritten) {
        carrier = null;
        written = whenWritten;
        if (!on(context.executor(), () -> connection.send(this, response))) {
            response.release();
            if (whenWritten != null) {
                whenWritten.done(false);
            }
        }
    }

    /** The answer was handed to the network whole, or will not be. Called on the connection's loop. */
    void answered(boolean whole) {
        Written asks = written;
        if (asks != null) {
            on(sessionLoop, () -> asks.done(whole));
        }
    }

    /** Does something for this request. Where that fails its connection ends, for nobody would answer it. */
    void serve(Runnable task) {
        try {
            task.run();
        } catch (Throwable fault) {
            LOG.error("a request met a fault of the relay's own", fault);
            cut();
        }
    }

    /** Ends the connection, whatever is on its way. */
    void cut() {
        on(context.executor(), context::close);
    }

    /** The connection ended. Called on its loop. */
    void connectionLost() {
        on(sessionLoop, () -> {
            PollCarrier waiting = carrier;
            if (waiting != null) {
                carrier = null;
                waiting.onLost(this);
            }
        });
    }

    /** Does something on a loop, now if that is where the caller is; false if the loop has stopped. */
    private static boolean on(EventExecutor loop, Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
            return true;
        }
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException stopped) {
            return false;
        }
    }
}
