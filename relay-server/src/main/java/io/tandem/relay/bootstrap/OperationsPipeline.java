package io.tandem.relay.bootstrap;

import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.tandem.relay.transport.http.OperationEndpoints;

/** The handlers of a connection to the operations' own port: HTTP with the deadlines that all connections have, and nothing else of the relay. */
final class OperationsPipeline extends ChannelInitializer<SocketChannel> {
    private final ChannelGroup connections;
    private final HttpLimits http;
    private final OperationEndpoints operations;

    OperationsPipeline(ChannelGroup connections, HttpLimits http, OperationEndpoints operations) {
        this.connections = connections;
        this.http = http;
        this.operations = operations;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        connections.add(channel);
        HttpDecoderConfig decoder = new HttpDecoderConfig()
                .setMaxInitialLineLength(http.requestLineBytes())
                .setMaxHeaderSize(http.headerBytes());
        HttpDeadline.addTo(channel.pipeline(), new HttpServerCodec(decoder), http);
        operations.addTo(channel.pipeline());
    }
}
