package io.tandem.relay.bootstrap;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.tandem.relay.carrier.socket.NioListener;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How the relay speaks to the kernel, the preferred one first. Not among them is io_uring: a read that it has begun cannot be taken along when
 * a connection is brought to its session's loop, and it took more processor for a frame than either of these.
 */
public enum Transport {
    /** Linux, with Netty's native library for epoll beside the relay. */
    EPOLL {
        @Override
        @Nullable
        Throwable obstacle() {
            return Epoll.unavailabilityCause();
        }

        @Override
        IoHandlerFactory ioHandlers() {
            return EpollIoHandler.newFactory();
        }

        @Override
        Class<? extends ServerChannel> serverChannel() {
            return EpollServerSocketChannel.class;
        }
    },
    /** Every machine that runs Java. */
    NIO {
        @Override
        @Nullable
        Throwable obstacle() {
            return null;
        }

        @Override
        IoHandlerFactory ioHandlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        Class<? extends ServerChannel> serverChannel() {
            return NioListener.class;
        }
    };

    /** The first of the wanted ones that this machine has. */
    static Transport choose(List<Transport> wanted) {
        return wanted.stream()
                .filter(transport -> transport.obstacle() == null)
                .findFirst()
                .orElse(NIO);
    }

    /** All of them, in the order of preference. */
    static List<Transport> byPreference() {
        return Arrays.asList(values());
    }

    /** The name as the configuration and the log write it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Why this machine does not have it, or null where it does. */
    abstract @Nullable Throwable obstacle();

    abstract IoHandlerFactory ioHandlers();

    abstract Class<? extends ServerChannel> serverChannel();
}
