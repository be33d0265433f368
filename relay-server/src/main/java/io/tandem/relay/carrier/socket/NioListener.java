package io.tandem.relay.carrier.socket;

import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts connections as {@link NioSocket}s. */
public final class NioListener extends NioServerSocketChannel {
    private static final Logger LOG = LoggerFactory.getLogger(NioListener.class);

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        SocketChannel connection = javaChannel().accept();
        if (connection == null) {
            return 0;
        }
        try {
            accepted.add(new NioSocket(this, connection));
            return 1;
        } catch (Throwable e) {
            // Thrown on, it would close the listener: also what is no exception, as memory that has run out.
            LOG.warn("a connection could not be taken", e);
            connection.close();
            return 0;
        }
    }
}
