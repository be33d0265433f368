package io.tandem.relay.bootstrap;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What stands in a connection's pipeline.
 *
 * <pre>
 * [Entrance - HttpDeadline - HttpServerCodec - HttpDeadline] - PollConnection - ChannelUpgrade - HTTP handlers
 *                                                                         |
 *                                                                         +-- upgrade: the socket leaves for a WebSocketCarrier
 * </pre>
 */
final class ConnectionPipeline extends ChannelInitializer<SocketChannel> {
    private final ChannelGroup connections;
    private final Entrance entrance;
    private final HttpLimits http;
    private final Supplier<ChannelHandler> polling;
    private final Supplier<ChannelHandler> upgrade;
    private final Consumer<ChannelPipeline> httpHandlers;

    ConnectionPipeline(
            ChannelGroup connections,
            Entrance entrance,
            HttpLimits http,
            Supplier<ChannelHandler> polling,
            Supplier<ChannelHandler> upgrade,
            Consumer<ChannelPipeline> httpHandlers) {
        this.connections = connections;
        this.entrance = entrance;
        this.http = http;
        this.polling = polling;
        this.upgrade = upgrade;
        this.httpHandlers = httpHandlers;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        connections.add(channel);
        entrance.addTo(channel);
        HttpDecoderConfig decoder = new HttpDecoderConfig()
                .setMaxInitialLineLength(http.requestLineBytes())
                .setMaxHeaderSize(http.headerBytes());
        HttpDeadline.addTo(channel.pipeline(), new HttpServerCodec(decoder), http);
        // Polling first: while an answer is held, it keeps everything that comes too early from the others.
        channel.pipeline().addLast(polling.get()).addLast(upgrade.get());
        httpHandlers.accept(channel.pipeline());
    }
}
