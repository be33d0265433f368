package io.tandem.relay.transport.longpoll;

import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The one connection on which a carrier's body is gathered. A client has one POST at a time: where a second one begins, the first was given up,
 * and its connection ends with what came on it. Any thread may call it.
 */
final class PollGathering {
    private final AtomicReference<@Nullable ChannelHandlerContext> connection = new AtomicReference<>();

    /** A body begins on this connection. */
    void begins(ChannelHandlerContext on) {
        ChannelHandlerContext before = connection.getAndSet(on);
        if (before != null && before != on) {
            before.close();
        }
    }

    /** No more of it will come. */
    void ends(ChannelHandlerContext on) {
        connection.compareAndSet(on, null);
    }
}
