package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
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
import io.netty.util.concurrent.Future;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.CarrierProblem;
import io.tandem.relay.carrier.ClientAddress;
import io.tandem.relay.carrier.socket.NioSocket;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.session.ChannelRequest;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands behind the HTTP codec, turns a request for a channel into a {@link WebSocketCarrier} and lets every other request
 * pass. After the upgrade the carrier is alone in the pipeline.
 */
public final class ChannelUpgrade extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelUpgrade.class);

    private final ChannelGate gate;
    private final Function<String, EventLoop> homeLoop;
    private final CarrierLimits limits;
    private final Set<CarrierKind> offered;
    private final WebSocketConnections all;

    /** The request that may become a channel as soon as its end has come. */
    private Handshake.@Nullable Accepted pending;

    /** Whether a request was refused: the connection is about to close, and what still comes is passed over. */
    private boolean refused;

    /** Whether the upgrade was answered: nothing more is read until the carrier is open. */
    private boolean upgrading;

    /**
     * Opens channels at this gate, if WebSocket is among what the relay offers.
     *
     * @param homeLoop which event loop a session lives on, by its id: its connections are brought there
     * @param all where connections stand that are taken from Netty
     */
    public ChannelUpgrade(
            ChannelGate gate,
            Function<String, EventLoop> homeLoop,
            CarrierLimits limits,
            Set<CarrierKind> offered,
            WebSocketConnections all) {
        this.gate = gate;
        this.homeLoop = homeLoop;
        this.limits = limits;
        this.offered = offered;
        this.all = all;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (upgrading) {
            // It spoke before it had the answer, which its network did not take yet: as WebSocket this cannot be read
            // any more.
            ReferenceCountUtil.release(message);
            ctx.close();
            return;
        }
        if (!refused && message instanceof HttpRequest request && isForChannel(request)) {
            Handshake handshake = judge(request, ClientAddress.of(ctx.channel(), request.headers()));
            if (handshake instanceof Handshake.Accepted accepted) {
                pending = accepted;
            } else if (handshake instanceof Handshake.Refused no) {
                refused = true;
                refuse(ctx, no);
            }
        }
        Handshake.Accepted accepted = pending;
        if (accepted == null && !refused) {
            ctx.fireChannelRead(message);
            return;
        }
        boolean last = message instanceof LastHttpContent;
        ReferenceCountUtil.release(message);
        if (last && accepted != null) {
            upgrade(ctx, accepted);
        }
    }

    private Handshake judge(HttpRequest request, InetSocketAddress remote) {
        if (!offered.contains(CarrierKind.WEBSOCKET)) {
            return new Handshake.Refused(CarrierProblem.switchedOff("WebSocket", CarrierKind.labels(offered)));
        }
        Handshake judged = Handshake.judge(request, remote);
        String noRoom = judged instanceof Handshake.Accepted accepted ? gate.noRoomFor(accepted.sessionId()) : null;
        return noRoom == null ? judged : new Handshake.Refused(CarrierProblem.noRoom(noRoom));
    }

    private static boolean isForChannel(HttpRequest request) {
        return request.decoderResult().isSuccess() && Handshake.isFor(request);
    }

    /** Closes a channel's connection as the node stops, with its close frame; leaves any other alone. */
    public static void goAway(Channel connection) {
        PipelineConnection upgraded = connection.pipeline().get(PipelineConnection.class);
        if (upgraded != null) {
            upgraded.carrier().goAway();
        }
    }

    /** Whether a connection has become a channel's. */
    public static boolean isUpgraded(Channel connection) {
        return connection.pipeline().get(PipelineConnection.class) != null;
    }

    private void upgrade(ChannelHandlerContext ctx, Handshake.Accepted accepted) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accepted.acceptKey())
                .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, Handshake.SUBPROTOCOL);
        upgrading = true;
        ctx.channel().config().setAutoRead(false);
        ctx.writeAndFlush(response).addListener(written -> {
            if (written.isSuccess()) {
                becomeCarrier(ctx, accepted);
            } else {
                ctx.close();
            }
        });
    }

    private void becomeCarrier(ChannelHandlerContext ctx, Handshake.Accepted accepted) {
        ChannelPipeline pipeline = ctx.pipeline();
        WebSocketCarrier carrier = new WebSocketCarrier(
                gate,
                new ChannelRequest(accepted.sessionId(), CarrierKind.WEBSOCKET, accepted.origin(), accepted.remote()),
                limits);
        PipelineConnection connection = new PipelineConnection(carrier, limits);
        pipeline.addLast(connection);
        HttpServerCodec codec = pipeline.get(HttpServerCodec.class);
        removeBetween(pipeline, codec, connection);
        // First the encoder, so that the carrier writes bytes; then the decoder, which gives what it has read beyond
        // the request to its
        // neighbour, the connection.
        codec.removeOutboundHandler();
        pipeline.remove(codec);
        EventLoop home = homeLoop.apply(accepted.sessionId());
        // What is decrypted on its way stays one of Netty's.
        boolean isBare = pipeline.first() == connection;
        if (isBare && ctx.channel() instanceof NioSocket socket && home instanceof IoEventLoop loop) {
            takeOver(socket, loop, connection);
        } else {
            HomeLoop.bring(ctx.channel(), home, connection::open, connection::lost);
        }
    }

    /** From here on the socket is no channel of Netty's any more. */
    private void takeOver(NioSocket channel, IoEventLoop home, PipelineConnection upgraded) {
        channel.deregister().addListener(left -> {
            ByteBuf early = upgraded.handOver();
            WebSocketCarrier carrier = upgraded.carrier();
            NioConnection connection = new NioConnection(channel.detach(), home, limits, carrier, all);
            all.add(connection);
            try {
                home.register(connection)
                        .addListener((Future<IoRegistration> registered) -> begin(connection, registered, early));
            } catch (Throwable fault) {
                // The loop has stopped, or there is no memory: thrown on, it would leave the client waiting.
                LOG.warn("a connection could not be brought to its session's loop", fault);
                ReferenceCountUtil.release(early);
                connection.close();
            }
        });
    }

    private static void begin(NioConnection connection, Future<IoRegistration> registered, @Nullable ByteBuf early) {
        if (registered.isSuccess()) {
            connection.registered(registered.getNow());
        }
        if (!registered.isSuccess() || connection.isClosed()) {
            ReferenceCountUtil.release(early);
            connection.close();
        } else {
            connection.carrier().open(connection, early);
        }
    }

    private static void removeBetween(ChannelPipeline pipeline, ChannelHandler first, ChannelHandler last) {
        List<ChannelHandler> handlers = new ArrayList<>(pipeline.toMap().values());
        handlers.subList(handlers.indexOf(first) + 1, handlers.indexOf(last)).forEach(pipeline::remove);
    }

    private static void refuse(ChannelHandlerContext ctx, Handshake.Refused refused) {
        FullHttpResponse response = refused.problem().response(ctx.alloc());
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (refused.problem().status().equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers()
                    .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, Handshake.WEBSOCKET_VERSION);
        }
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
