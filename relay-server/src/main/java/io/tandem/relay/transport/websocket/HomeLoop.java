package io.tandem.relay.transport.websocket;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a connection to the event loop of its session, where all that it says is dealt with: nothing is handed from thread to thread, and whoever
 * is to wait is not read from that very moment.
 *
 * <p>Only a connection that was told not to read, has nothing left to write and no timer may move: between the loops nobody hears of it.
 */
final class HomeLoop {
    private static final Logger LOG = LoggerFactory.getLogger(HomeLoop.class);

    private HomeLoop() {}

    /**
     * Does something with the connection on this loop: now where it lives there already. A connection that cannot move is closed, of which
     * its handlers do not hear.
     *
     * @param lost is done instead then, on some event loop
     */
    static void bring(Channel connection, EventLoop home, Runnable arrived, Runnable lost) {
        if (connection.eventLoop() == home) {
            arrived.run();
            return;
        }
        connection.deregister().addListener(left -> {
            if (!left.isSuccess()) {
                giveUp(connection, left.cause(), lost);
                return;
            }
            home.register(connection).addListener(registered -> {
                if (registered.isSuccess()) {
                    arrived.run();
                } else {
                    giveUp(connection, registered.cause(), lost);
                }
            });
        });
    }

    private static void giveUp(Channel connection, Throwable cause, Runnable lost) {
        if (connection.isOpen()) {
            LOG.warn("a connection could not be brought to its session's loop", cause);
        }
        connection.unsafe().closeForcibly();
        lost.run();
    }
}
