package io.tandem.relay.bootstrap;

import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.transport.websocket.CarrierLimits;
import io.tandem.relay.transport.websocket.ChannelUpgrade;
import java.util.function.Consumer;

/**
 * What stands in a connection's pipeline.
 *
 * <pre>
 * HttpServerCodec - HttpDeadline - ChannelUpgrade - HTTP handlers
 *                                        |
 *                                        +-- upgrade: WebSocketCarrier, alone
 * </pre>
 */
final class ConnectionPipeline extends ChannelInitializer<SocketChannel> {
    private final ChannelGroup connections;
    private final HttpLimits http;
    private final CarrierLimits carrier;
    private final ChannelGate gate;
    private final Consumer<ChannelPipeline> httpHandlers;

    ConnectionPipeline(
            ChannelGroup connections,
            HttpLimits http,
            CarrierLimits carrier,
            ChannelGate gate,
            Consumer<ChannelPipeline> httpHandlers) {
        this.connections = connections;
        this.http = http;
        this.carrier = carrier;
        this.gate = gate;
        this.httpHandlers = httpHandlers;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        connections.add(channel);
        HttpDecoderConfig decoder = new HttpDecoderConfig()
                .setMaxInitialLineLength(http.requestLineBytes())
                .setMaxHeaderSize(http.headerBytes());
        channel.pipeline()
                .addLast(new HttpServerCodec(decoder))
                .addLast(new HttpDeadline(http))
                .addLast(new ChannelUpgrade(gate, carrier));
        httpHandlers.accept(channel.pipeline());
    }
}
