package io.tandem.rivals;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The least that a relay on Netty can be: its own WebSocket pipeline, and a handler that gives each message to the other channel of the
 * same path. No permission, no meter, no acknowledgement, no bound.
 *
 * <p>{@code BareNettyRelay PORT [event loops]}
 */
public final class BareNettyRelay {
    private static final int MAX_FRAME_BYTES = 1 << 20;
    private static final int MAX_REQUEST_BYTES = 8 << 10;
    private static final int BACKLOG = 1024;

    private static final Map<String, Channel> WAITING = new ConcurrentHashMap<>();

    private BareNettyRelay() {}

    /** Gives what comes to the peer. */
    private static final class Forward extends SimpleChannelInboundHandler<BinaryWebSocketFrame> {
        private volatile Channel peer;

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete done) {
                Channel first = WAITING.putIfAbsent(done.requestUri(), ctx.channel());
                if (first != null) {
                    WAITING.remove(done.requestUri());
                    peer = first;
                    first.pipeline().get(Forward.class).peer = ctx.channel();
                }
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, BinaryWebSocketFrame message) {
            Channel to = peer;
            if (to != null) {
                ByteBuf content = message.content().retain();
                to.write(new BinaryWebSocketFrame(content), to.voidPromise());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            Channel to = peer;
            if (to != null) {
                to.flush();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            Channel to = peer;
            if (to != null) {
                to.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Serves until it is killed. */
    public static void main(String[] arguments) throws InterruptedException {
        int loops = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        WebSocketServerProtocolConfig config = WebSocketServerProtocolConfig.newBuilder()
                .websocketPath("/")
                .checkStartsWith(true)
                .subprotocols("tandem.v1")
                .maxFramePayloadLength(MAX_FRAME_BYTES)
                .build();
        new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(loops, NioIoHandler.newFactory()))
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        new HttpObjectAggregator(MAX_REQUEST_BYTES),
                                        new WebSocketServerProtocolHandler(config),
                                        new Forward());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]))
                .sync()
                .channel()
                .closeFuture()
                .sync();
    }
}
