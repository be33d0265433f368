package io.tandem.load.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.tandem.relay.frame.FrameHeader;
import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A peer over WebSocket, by Netty's client. */
final class WebSocketPeer extends Peer {
    private static final int HTTP_BYTES = 16 << 10;

    private final Channel channel;

    private WebSocketPeer(Channel channel, Inbox inbox) {
        super(inbox);
        this.channel = channel;
    }

    static WebSocketPeer connect(
            EventLoopGroup loops,
            InetSocketAddress relay,
            String sessionId,
            @Nullable String origin,
            SocketBuffers buffers) {
        Inbox inbox = new Inbox();
        WebSocketInbox handler = new WebSocketInbox(inbox);
        Channel channel = buffers.applyTo(new Bootstrap())
                .group(loops)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel fresh) {
                        fresh.pipeline()
                                .addLast(new HttpClientCodec())
                                .addLast(new HttpObjectAggregator(HTTP_BYTES))
                                .addLast(new WebSocketClientProtocolHandler(webSocket(relay, sessionId, origin)))
                                .addLast(handler);
                    }
                })
                .connect(relay)
                .syncUninterruptibly()
                .channel();
        Inbox.get(handler.opened());
        return new WebSocketPeer(channel, inbox);
    }

    private static WebSocketClientProtocolConfig webSocket(
            InetSocketAddress relay, String sessionId, @Nullable String origin) {
        HttpHeaders headers = new DefaultHttpHeaders();
        if (origin != null) {
            headers.set(HttpHeaderNames.ORIGIN, origin);
        }
        return WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(URI.create("ws://" + relay.getHostString() + ":" + relay.getPort() + "/v1/sessions/"
                        + sessionId + "/channel"))
                .version(WebSocketVersion.V13)
                .subprotocol("tandem.v1")
                .customHeaders(headers)
                .generateOriginHeader(false)
                .maxFramePayloadLength(FrameHeader.MAX_FRAME_BYTES)
                .handleCloseFrames(false)
                .build();
    }

    @Override
    public void sendMessage(byte[] message) {
        channel.writeAndFlush(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(message)));
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void setReading(boolean on) {
        channel.config().setAutoRead(on);
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
    }
}
