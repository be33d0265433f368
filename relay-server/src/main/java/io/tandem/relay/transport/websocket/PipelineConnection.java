package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.tandem.relay.carrier.CarrierLimits;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A connection that stays one of Netty's, for kinds that {@link NioConnection} cannot take over: alone in the pipeline after the upgrade. */
final class PipelineConnection extends ChannelInboundHandlerAdapter implements Connection {
    private final WebSocketCarrier carrier;
    private final CarrierLimits limits;
    private @Nullable ChannelHandlerContext context;
    private boolean isOpen;
    private boolean isHandedOver;

    /** What came with the request for the upgrade, or right behind it: one read's worth at most. */
    private @Nullable ByteBuf early;

    PipelineConnection(WebSocketCarrier carrier, CarrierLimits limits) {
        this.carrier = carrier;
        this.limits = limits;
    }

    WebSocketCarrier carrier() {
        return carrier;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** Another connection goes on with the carrier, and begins with what has come already: the caller's from then on. */
    @Nullable
    ByteBuf handOver() {
        isHandedOver = true;
        return takeEarly();
    }

    private @Nullable ByteBuf takeEarly() {
        ByteBuf taken = early;
        early = null;
        return taken;
    }

    /** Begins, on the session's loop. */
    void open() {
        context().channel().config().setWriteBufferWaterMark(limits.waterMark());
        isOpen = true;
        carrier.open(this, takeEarly());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ReferenceCountUtil.release(message);
        } else if (isOpen) {
            carrier.read(in);
        } else {
            early = early == null ? in : joined(early, in);
        }
    }

    /** In one piece, for masks are taken off where the bytes are. */
    private static ByteBuf joined(ByteBuf first, ByteBuf second) {
        try {
            return Unpooled.copiedBuffer(first, second);
        } finally {
            first.release();
            second.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        carrier.readEnds();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        carrier.writabilityChanged(isWritable());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!isHandedOver) {
            // A connection that ends while it is read may hear no more of that read's end.
            carrier.readEnds();
            lost();
        }
    }

    /** The connection is gone, or cannot be brought to where it belongs. */
    void lost() {
        ReferenceCountUtil.release(takeEarly());
        carrier.lost();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            // The network's way to say that the client is gone.
            ctx.close();
        } else {
            carrier.failed(cause);
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "it is in no pipeline");
    }

    @Override
    public EventExecutor executor() {
        return context().executor();
    }

    @Override
    public ByteBufAllocator allocator() {
        return context().alloc();
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    @Override
    public long bytesBeforeWritable() {
        return context().channel().bytesBeforeWritable();
    }

    @Override
    public boolean isBackedUp() {
        ChannelOutboundBuffer buffer = context().channel().unsafe().outboundBuffer();
        return buffer == null || !buffer.isEmpty();
    }

    @Override
    public void queue(ByteBuf bytes) {
        context().write(bytes, context().voidPromise());
    }

    @Override
    public void flush() {
        context().flush();
    }

    @Override
    public void finish(ByteBuf bytes, Runnable written) {
        context().writeAndFlush(bytes).addListener(done -> {
            if (done.isSuccess()) {
                written.run();
            } else {
                close();
            }
        });
    }

    @Override
    public void setReading(boolean on) {
        context().channel().config().setAutoRead(on);
    }

    @Override
    public void endOutput() {
        SslHandler tls = context().pipeline().get(SslHandler.class);
        if (context().channel() instanceof DuplexChannel duplex) {
            if (tls == null) {
                duplex.shutdownOutput();
            } else {
                // Without TLS's own end, the client would have to take it for a cut.
                tls.closeOutbound().addListener(said -> duplex.shutdownOutput());
            }
        } else {
            close();
        }
    }

    @Override
    public void close() {
        context().close();
    }
}
