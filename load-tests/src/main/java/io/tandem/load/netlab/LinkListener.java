package io.tandem.load.netlab;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Where clients connect: for each of them it connects to the relay, and makes a link of the two. */
final class LinkListener {
    /** Small, so that a path that stands still is felt by the sender soon. */
    static final int SOCKET_BYTES = 64 << 10;

    private static final int BACKLOG = 512;

    private final EventLoopGroup group;
    private final InetSocketAddress target;
    private final BooleanSupplier hasRoom;
    private final BiFunction<Channel, Channel, Link> join;

    /** Bound and never listening: keeps the port while nobody listens. */
    private final Socket reservation = new Socket();

    /** On the loop; so is what was left alone. */
    private boolean accepting = true;

    private final Set<LeftAlone> leftAlone = new LinkedHashSet<>();

    /** Guarded by this. */
    private @Nullable Channel listening;

    LinkListener(
            EventLoopGroup group,
            InetSocketAddress target,
            int port,
            BooleanSupplier hasRoom,
            BiFunction<Channel, Channel, Link> join)
            throws IOException {
        this.group = group;
        this.target = target;
        this.hasRoom = hasRoom;
        this.join = join;
        reservation.setReuseAddress(true);
        reservation.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), reservation.getLocalPort());
    }

    /** Listens, if it does not yet. Called off the loop. */
    synchronized void open() {
        if (listening != null) {
            return;
        }
        listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.SO_RCVBUF, SOCKET_BYTES)
                .childOption(ChannelOption.SO_SNDBUF, SOCKET_BYTES)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ClientEnd())
                .bind(address())
                .syncUninterruptibly()
                .channel();
    }

    /** Listens no more: new connections are refused by the kernel. Called off the loop. */
    synchronized void close() {
        if (listening != null) {
            listening.close().syncUninterruptibly();
            listening = null;
        }
        // The kernel goes on listening until the selector has let the socket go.
        while (isListenedOn()) {
            Thread.onSpinWait();
        }
    }

    private boolean isListenedOn() {
        try (Socket probe = new Socket(address().getAddress(), address().getPort())) {
            return probe.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /** Leaves new connections alone from now on, as if their first word got lost; one whose client gives it up is forgotten. On the loop. */
    void leaveAlone() {
        accepting = false;
    }

    /**
     * Takes connections again. On the loop.
     *
     * @param abandon whether those that were left alone stay so: as where TCP has backed off
     */
    void accept(boolean abandon) {
        accepting = true;
        List<LeftAlone> waited = List.copyOf(leftAlone);
        leftAlone.clear();
        if (!abandon) {
            waited.forEach(LeftAlone::goOn);
        }
    }

    /** How many are left alone now. On the loop. */
    int leftAlone() {
        return leftAlone.size();
    }

    /** Gives the port back. */
    void release() {
        try {
            reservation.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ChannelHandler.Sharable
    private final class ClientEnd extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            Channel client = ctx.channel();
            if (!hasRoom.getAsBoolean() || leftAlone.size() >= BACKLOG) {
                breakOff(client);
            } else if (accepting) {
                connect(client, Unpooled.EMPTY_BUFFER);
            } else {
                ctx.pipeline().addLast(new LeftAlone(client));
                client.config().setAutoRead(true);
            }
        }
    }

    /** A connection that nobody answers: keeps what it says, and is gone as soon as its client has given it up. On the loop. */
    private final class LeftAlone extends ChannelInboundHandlerAdapter {
        private final Channel client;
        private final ByteBuf said = Unpooled.buffer();

        LeftAlone(Channel client) {
            this.client = client;
            leftAlone.add(this);
        }

        void goOn() {
            client.config().setAutoRead(false);
            client.pipeline().remove(this);
            connect(client, said);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            said.writeBytes(bytes);
            bytes.release();
            if (said.readableBytes() >= SOCKET_BYTES) {
                client.config().setAutoRead(false);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                client.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            leftAlone.remove(this);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Connects to the relay and makes a link of the two ends; what the client has said already goes first. */
    private void connect(Channel client, ByteBuf said) {
        new Bootstrap()
                .group(client.eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BYTES)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BYTES)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(target)
                .addListener((ChannelFuture connected) -> {
                    if (connected.isSuccess() && client.isActive()) {
                        start(client, connected.channel(), said);
                    } else {
                        breakOff(client);
                        connected.channel().close();
                    }
                });
    }

    private void start(Channel client, Channel relay, ByteBuf said) {
        Link link = join.apply(client, relay);
        client.pipeline().addLast(new EndHandler(link, Direction.UP));
        relay.pipeline().addLast(new EndHandler(link, Direction.DOWN));
        client.config().setAutoRead(true);
        relay.config().setAutoRead(true);
        if (said.isReadable()) {
            link.onBytes(Direction.UP, said);
        }
    }

    private static void breakOff(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.close();
    }

    /** Tells a link what happens at one end of it. */
    private static final class EndHandler extends ChannelInboundHandlerAdapter {
        private final Link link;
        private final Direction from;

        EndHandler(Link link, Direction from) {
            this.link = link;
            this.from = from;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            link.onBytes(from, (ByteBuf) message);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            link.onWritable(from == Direction.UP ? Direction.DOWN : Direction.UP);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                link.onFinished(from);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            link.onInactive(from);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
