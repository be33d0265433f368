package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.PointerSlots;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.session.Outlet;
import java.util.Locale;

/**
 * Writes frames to one client.
 *
 * <p>What waits for the client stands in the connection's own outbound buffer, whose water marks say when it is full. All
 * that comes of one read is flushed together ({@link TurnFlush}).
 */
final class WebSocketOutlet implements Outlet {
    /**
     * A shorter frame that cannot leave as it came is copied behind its WebSocket header: cheaper than a second buffer for the kernel to gather, and
     * it lets go of the read buffer that the frame is a piece of.
     */
    private static final int COPY_BELOW_BYTES = 4096;

    private final ChannelHandlerContext context;
    private final WebSocketCarrier carrier;
    private final CarrierLimits limits;
    private final PointerSlots kept = new PointerSlots();
    private final TurnFlush turn;
    private boolean flushDue;

    WebSocketOutlet(ChannelHandlerContext context, WebSocketCarrier carrier, CarrierLimits limits, TurnFlush turn) {
        this.context = context;
        this.carrier = carrier;
        this.limits = limits;
        this.turn = turn;
    }

    @Override
    public void write(ByteBuf frame) {
        if (!carrier.isOpen()) {
            frame.release();
            return;
        }
        if (!context.channel().isWritable() && PointerSlots.takes(frame)) {
            if (kept.keep(frame)) {
                carrier.meters().pointerCollapsed();
            }
            return;
        }
        writeKept();
        writeFrame(frame);
        if (context.channel().bytesBeforeWritable() > limits.ceilingBytes()) {
            carrier.close(
                    CloseCode.OVERLOADED,
                    String.format(
                            Locale.ROOT,
                            "this client reads too slowly: allowed to wait are %d bytes",
                            limits.ceilingBytes()));
        }
    }

    /** Writes the pointer frames that waited, if the carrier takes them now. */
    void writeKept() {
        if (!kept.isEmpty() && context.channel().isWritable()) {
            kept.drainTo(this::writeFrame);
        }
    }

    private void writeFrame(ByteBuf frame) {
        int length = frame.readableBytes();
        boolean small = length < COPY_BELOW_BYTES;
        if (WebSocketFrames.hasHeader(frame) && !(small && isBackedUp())) {
            // As it came, but for what the decoder wrote over its mask: nothing is copied, nothing allocated.
            frame.readerIndex(frame.readerIndex() - WebSocketFrames.headerBytes(length));
            context.write(frame, context.voidPromise());
        } else if (small) {
            ByteBuf out = context.alloc().buffer(WebSocketFrames.MAX_HEADER_BYTES + length);
            WebSocketFrames.writeHeader(out, Opcode.BINARY, length);
            out.writeBytes(frame);
            frame.release();
            context.write(out, context.voidPromise());
        } else {
            ByteBuf header = context.alloc().buffer(WebSocketFrames.MAX_HEADER_BYTES);
            WebSocketFrames.writeHeader(header, Opcode.BINARY, length);
            context.write(header, context.voidPromise());
            context.write(frame, context.voidPromise());
        }
        if (!flushDue) {
            flushDue = true;
            turn.add(this, context.executor());
        }
    }

    /** Whether the network has left something of what was flushed: then a frame may wait for long, and a small one should not hold a whole read's memory. */
    private boolean isBackedUp() {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        return buffer == null || !buffer.isEmpty();
    }

    /** Gives what was written to the network. */
    void flush() {
        flushDue = false;
        context.flush();
    }

    @Override
    public boolean isWritable() {
        return context.channel().isWritable();
    }

    @Override
    public void setReading(boolean on) {
        if (carrier.isOpen()) {
            context.channel().config().setAutoRead(on);
        }
    }

    @Override
    public void close(CloseCode code, String reason) {
        carrier.close(code, reason);
    }

    /** Lets go of what waits; nothing is written after it. */
    void release() {
        kept.release();
    }
}
