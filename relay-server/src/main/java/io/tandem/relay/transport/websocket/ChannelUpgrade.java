package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.session.ChannelRequest;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stands behind the HTTP codec, turns a request for a channel into a {@link WebSocketCarrier} and lets every other request
 * pass. After the upgrade the carrier is alone in the pipeline.
 */
public final class ChannelUpgrade extends ChannelInboundHandlerAdapter {
    private static final InetSocketAddress NO_ADDRESS = InetSocketAddress.createUnresolved("unknown", 0);

    private final ChannelGate gate;
    private final CarrierLimits limits;

    /** The judged request whose end has not come yet. */
    private @Nullable Handshake pending;

    /** Opens channels at this gate. */
    public ChannelUpgrade(ChannelGate gate, CarrierLimits limits) {
        this.gate = gate;
        this.limits = limits;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request && request.decoderResult().isSuccess() && Handshake.isFor(request)) {
            pending = Handshake.judge(request);
        }
        if (pending == null) {
            ctx.fireChannelRead(message);
            return;
        }
        boolean last = message instanceof LastHttpContent;
        ReferenceCountUtil.release(message);
        if (last) {
            answer(ctx, pending);
            pending = null;
        }
    }

    private void answer(ChannelHandlerContext ctx, Handshake handshake) {
        if (handshake instanceof Handshake.Accepted accepted) {
            upgrade(ctx, accepted);
        } else if (handshake instanceof Handshake.Refused refused) {
            refuse(ctx, refused);
        }
    }

    private void upgrade(ChannelHandlerContext ctx, Handshake.Accepted accepted) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accepted.acceptKey())
                .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, Handshake.SUBPROTOCOL);
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);

        InetSocketAddress remote =
                ctx.channel().remoteAddress() instanceof InetSocketAddress address ? address : NO_ADDRESS;
        WebSocketCarrier carrier =
                new WebSocketCarrier(gate, new ChannelRequest(accepted.sessionId(), accepted.origin(), remote), limits);
        ctx.pipeline().addLast(carrier);
        ChannelHandlerContext carrierContext = ctx.pipeline().context(carrier);
        leaveHttp(ctx.pipeline());
        carrier.open(carrierContext);
    }

    /**
     * Removes the HTTP codec and all behind it but the carrier, which is last. The codec goes last of them: it is in the
     * midst of decoding, and hands what it has read beyond the request to its neighbour when that is done.
     */
    private static void leaveHttp(ChannelPipeline pipeline) {
        List<ChannelHandler> handlers = new ArrayList<>(pipeline.toMap().values());
        int codec = handlers.indexOf(pipeline.get(HttpServerCodec.class));
        for (int i = handlers.size() - 2; i >= Math.max(codec, 0); i--) {
            pipeline.remove(handlers.get(i));
        }
    }

    private static void refuse(ChannelHandlerContext ctx, Handshake.Refused refused) {
        ByteBuf body = ByteBufUtil.writeUtf8(
                ctx.alloc(),
                "{\"type\":\"about:blank\",\"title\":\"" + refused.status().reasonPhrase() + "\",\"status\":"
                        + refused.status().code() + ",\"detail\":\"" + refused.detail() + "\",\"allowed\":[\""
                        + refused.allowed() + "\"]}");
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, refused.status(), body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (refused.status().equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers()
                    .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, Handshake.WEBSOCKET_VERSION);
        }
        if (refused.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, refused.allowed());
        }
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
