package io.tandem.relay.bootstrap;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.tandem.relay.carrier.ClientAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the header that a trusted proxy puts in front of a connection (PROXY protocol, version 1 or 2) and goes: what follows is as from the client itself.
 * How long the header may take is bounded by {@link HttpDeadline}, behind it.
 */
final class ProxyHeader extends SimpleChannelInboundHandler<HAProxyMessage> {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyHeader.class);

    /** What a header may say besides addresses, which nobody here reads. */
    private static final int MAX_EXTRA_BYTES = 2048;

    private final ClientAddress addresses;

    private ProxyHeader(ClientAddress addresses) {
        this.addresses = addresses;
    }

    static void addTo(ChannelPipeline pipeline, ClientAddress addresses) {
        pipeline.addLast(new HAProxyMessageDecoder(MAX_EXTRA_BYTES)).addLast(new ProxyHeader(addresses));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HAProxyMessage header) {
        // A proxy that looks whether the relay is there speaks for itself.
        String source = header.command() == HAProxyCommand.PROXY ? header.sourceAddress() : null;
        addresses.note(ctx.channel(), source == null ? null : ClientAddress.address(source, header.sourcePort()));
        ctx.pipeline().remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("a trusted proxy sent no PROXY header", cause);
        ctx.close();
    }
}
