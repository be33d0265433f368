package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.metering.CarrierMeters;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.session.ChannelIngress;
import io.tandem.relay.session.ChannelRequest;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection from the upgrade to its end: frames in, the outlet out, and the closing handshake. It is the only
 * handler after the upgrade. From {@link #open} on everything happens on the session's event loop, to which the connection was brought.
 */
final class WebSocketCarrier extends ChannelInboundHandlerAdapter implements WebSocketDecoder.Events {
    /** How far the carrier is in its life. */
    private enum State {
        /** The upgrade is not yet through; nothing was read. */
        OPENING,
        /** Frames flow. */
        OPEN,
        /** Our close was written; the client's close, its end of the connection or the deadline comes next. */
        CLOSING,
        /** The connection is gone. */
        CLOSED
    }

    private static final Logger log = LoggerFactory.getLogger(WebSocketCarrier.class);

    private final ChannelGate gate;
    private final ChannelRequest request;
    private final CarrierLimits limits;
    private final CarrierMeters meters;

    /** Fragments and pings are told of when they are as much as one read can bring: no budget is circumvented by never ending a message. */
    private static final int UNTOLD_BYTES = 64 << 10;

    private State state = State.OPENING;

    /** The node stops: said from elsewhere, perhaps while the connection is on its way between two loops. */
    private volatile boolean goesAway;

    /** Read from the network since the last frame was handed on. */
    private int carriedBytes;

    /** What came with the request for the upgrade, or right behind it: one read's worth at most. Null once it was taken. */
    private @Nullable ByteBuf early;

    private @Nullable ChannelHandlerContext context;
    private @Nullable WebSocketDecoder decoder;
    private @Nullable WebSocketOutlet outlet;
    private @Nullable TurnFlush turn;
    private @Nullable ChannelIngress ingress;
    private @Nullable Future<?> closeDeadline;

    WebSocketCarrier(ChannelGate gate, ChannelRequest request, CarrierLimits limits) {
        this.gate = gate;
        this.request = request;
        this.limits = limits;
        this.meters = gate.carrierMeters();
    }

    /** Begins: called once by the upgrade, on the session's loop, when this handler stands alone in the pipeline of a connection that does not read. */
    void open(ChannelHandlerContext ctx) {
        if (state != State.OPENING) {
            return;
        }
        context = ctx;
        decoder = new WebSocketDecoder(ctx.alloc(), this);
        TurnFlush here = TurnFlush.here();
        turn = here;
        outlet = new WebSocketOutlet(ctx, this, limits, here);
        ctx.channel().config().setWriteBufferWaterMark(limits.waterMark());
        state = State.OPEN;
        if (goesAway) {
            close(CloseCode.GOING_AWAY, "the node stops");
            return;
        }
        try {
            ingress = gate.open(request, outlet);
        } catch (RuntimeException e) {
            log.error("the session could not take a new channel", e);
            close(CloseCode.INTERNAL_ERROR, "the relay could not open the channel");
        }
        // Reading on may be the session's to decide already: what came early may be more than its sender's budget.
        ctx.channel().config().setAutoRead(true);
        ByteBuf first = early;
        early = null;
        if (first != null) {
            try {
                channelRead(ctx, first);
            } finally {
                channelReadComplete(ctx);
            }
        }
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    CarrierMeters meters() {
        return meters;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (state == State.OPENING) {
            early = early == null ? in : Unpooled.wrappedBuffer(early, in);
            return;
        }
        try {
            if (decoder != null && turn != null) {
                turn.readBegins();
                carriedBytes = (int) Math.min(Integer.MAX_VALUE, (long) carriedBytes + in.readableBytes());
                decoder.read(in);
                tellCarried();
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (turn != null) {
            turn.readEnds(meters);
        }
    }

    private void tellCarried() {
        if (carriedBytes >= UNTOLD_BYTES && ingress != null) {
            int carried = carriedBytes;
            carriedBytes = 0;
            ingress.onCarried(carried);
        }
    }

    @Override
    public void onMessage(ByteBuf message) {
        if (state != State.OPEN || ingress == null) {
            message.release();
            return;
        }
        try {
            int carried = carriedBytes;
            carriedBytes = 0;
            ingress.onFrame(message, carried);
        } catch (RuntimeException e) {
            log.error("a frame could not be handled", e);
            close(CloseCode.INTERNAL_ERROR, "the relay could not handle a frame");
        }
    }

    @Override
    public void onPing(byte[] payload) {
        ChannelHandlerContext ctx = context();
        // A client that pings and does not read gets no pongs: only the latest would be owed, and it will ping again.
        if (state == State.OPEN && ctx.channel().isWritable()) {
            ctx.writeAndFlush(WebSocketFrames.pong(ctx.alloc(), payload), ctx.voidPromise());
        }
    }

    @Override
    public void onClose(CloseFrame close) {
        if (state == State.OPEN) {
            sendClose(close.code(), close.reason(), true);
        } else {
            endConnection();
        }
    }

    @Override
    public void onViolation(CloseCode code, String reason) {
        if (state == State.OPEN) {
            sendClose(code.code(), reason, true);
        } else {
            endConnection();
        }
    }

    /** Writes a close behind everything that was written before it; called on the event loop, works once. */
    void close(CloseCode code, String reason) {
        if (state == State.OPEN) {
            sendClose(code.code(), reason, false);
        }
    }

    /** Closes it as the node stops, or as soon as it is open; any thread may call this. */
    void goAway(Channel connection) {
        goesAway = true;
        connection.eventLoop().execute(() -> {
            if (connection.eventLoop().inEventLoop()) {
                close(CloseCode.GOING_AWAY, "the node stops");
            }
        });
    }

    private void sendClose(int code, String reason, boolean nothingFollows) {
        ChannelHandlerContext ctx = context();
        state = State.CLOSING;
        outlet().release();
        decoder().discardMessages();
        // The client's answer, or its end of the connection, must be seen even where the session had stopped reading.
        ctx.channel().config().setAutoRead(true);
        closeDeadline = ctx.executor().schedule(() -> ctx.close(), limits.closeMillis(), TimeUnit.MILLISECONDS);
        ctx.writeAndFlush(WebSocketFrames.close(ctx.alloc(), code, reason)).addListener(written -> {
            if (!written.isSuccess()) {
                ctx.close();
            } else if (nothingFollows) {
                endConnection();
            }
        });
    }

    /**
     * Ends our direction only: closing a socket that has unread bytes resets the connection, and the reset can overtake our
     * close frame. The client's end, or the deadline, ends the rest.
     */
    private void endConnection() {
        ChannelHandlerContext ctx = context();
        if (ctx.channel() instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        } else {
            ctx.close();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean writable = ctx.channel().isWritable();
        if (state == State.OPEN && outlet != null) {
            if (writable) {
                outlet.writeKept();
            }
            if (ingress != null) {
                ingress.onWritabilityChanged(writable);
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // A connection that ends while it is read may hear no more of that read's end.
        channelReadComplete(ctx);
        lost();
    }

    /** The connection is gone: works once. */
    void lost() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        if (early != null) {
            early.release();
            early = null;
        }
        if (closeDeadline != null) {
            closeDeadline.cancel(false);
        }
        if (decoder != null) {
            decoder.end();
        }
        if (outlet != null) {
            outlet.release();
        }
        if (ingress != null) {
            ingress.onClosed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            // The network's way to say that the client is gone.
            ctx.close();
            return;
        }
        log.error("a carrier failed", cause);
        if (state == State.OPEN) {
            close(CloseCode.INTERNAL_ERROR, "the relay failed");
        } else {
            ctx.close();
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "the carrier is not open");
    }

    private WebSocketDecoder decoder() {
        return Objects.requireNonNull(decoder, "the carrier is not open");
    }

    private WebSocketOutlet outlet() {
        return Objects.requireNonNull(outlet, "the carrier is not open");
    }
}
