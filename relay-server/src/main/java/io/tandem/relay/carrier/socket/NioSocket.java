package io.tandem.relay.carrier.socket;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.channels.SocketChannel;

/** A connection over Java's own channels, which can be taken from Netty. */
public final class NioSocket extends NioSocketChannel {
    private volatile boolean isDetached;

    /** As accepted by {@code listener}. */
    public NioSocket(Channel listener, SocketChannel accepted) {
        super(listener, accepted);
    }

    /**
     * The socket, for who goes on with it, as it is and open. To Netty this connection looks closed from then on: whoever waits for its end is told. Called once, when
     * the channel has been deregistered.
     */
    public SocketChannel detach() {
        isDetached = true;
        SocketChannel socket = javaChannel();
        close();
        return socket;
    }

    @Override
    public boolean isOpen() {
        return !isDetached && super.isOpen();
    }

    @Override
    protected void doClose() throws Exception {
        if (!isDetached) {
            super.doClose();
        }
    }
}
