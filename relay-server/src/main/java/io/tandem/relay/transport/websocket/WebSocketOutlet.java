package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.PointerSlots;
import io.tandem.relay.carrier.socket.LoopMemory;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.session.Outlet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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

    private final Connection connection;
    private final WebSocketCarrier carrier;
    private final CarrierLimits limits;

    /** Pointer frames that wait; null while none does, as nearly always. */
    private @Nullable PointerSlots kept;

    private final TurnFlush turn;
    private boolean flushDue;

    /** Whether something was put into the outbound buffer that is not yet flushed. */
    private boolean isQueued;

    /** Null where the connection can only be written to through its outbound buffer. */
    private final @Nullable Departure departure;

    WebSocketOutlet(Connection connection, WebSocketCarrier carrier, CarrierLimits limits, TurnFlush turn) {
        this.connection = connection;
        this.carrier = carrier;
        this.limits = limits;
        this.turn = turn;
        this.departure = connection instanceof DirectConnection direct ? new Departure(direct) : null;
    }

    @Override
    public void write(ByteBuf frame) {
        if (!carrier.isOpen()) {
            frame.release();
            return;
        }
        if (!connection.isWritable() && PointerSlots.takes(frame)) {
            keep(frame);
            return;
        }
        writeKept();
        writeFrame(frame);
        if (connection.bytesBeforeWritable() > limits.ceilingBytes()) {
            carrier.close(
                    CloseCode.OVERLOADED,
                    String.format(
                            Locale.ROOT,
                            "this client reads too slowly: allowed to wait are %d bytes",
                            limits.ceilingBytes()));
        }
    }

    private void keep(ByteBuf pointer) {
        PointerSlots slots = kept == null ? new PointerSlots() : kept;
        kept = slots;
        try {
            if (slots.keep(pointer, connection.allocator())) {
                carrier.meters().pointerCollapsed();
            }
        } catch (Throwable fault) {
            failed(fault);
        }
    }

    /** Writes the pointer frames that waited, if the carrier takes them now. */
    void writeKept() {
        PointerSlots slots = kept;
        if (slots != null && connection.isWritable()) {
            kept = null;
            slots.drainTo(this::writeFrame);
        }
    }

    /** Takes ownership. A fault ends this carrier and comes no further: who sent the frame, and who else gets it, have no part in it. */
    private void writeFrame(ByteBuf frame) {
        if (!carrier.isOpen()) {
            // What was written just before it has failed.
            frame.release();
            return;
        }
        try {
            if (departure == null) {
                queue(frame);
            } else if (isQueued || connection.isBackedUp() || !departure.add(frame)) {
                departure.leaveBefore(frame);
                queue(frame);
            }
            if (!flushDue) {
                flushDue = true;
                turn.add(this, connection.executor());
            }
        } catch (Throwable fault) {
            failed(fault);
        }
    }

    /** Behind what waits in the connection's outbound buffer. Takes ownership, also where it fails. */
    private void queue(ByteBuf frame) {
        isQueued = true;
        int length = frame.readableBytes();
        // What was read into the loop's memory would hold all of it for as long as it waits.
        boolean isOfLoop = departure != null && length <= LoopMemory.BYTES;
        boolean small = length < COPY_BELOW_BYTES;
        if (!isOfLoop && WebSocketFrames.hasHeader(frame) && !(small && connection.isBackedUp())) {
            // As it came, but for what the decoder wrote over its mask: nothing is copied, nothing allocated.
            frame.readerIndex(frame.readerIndex() - WebSocketFrames.headerBytes(length));
            connection.queue(frame);
        } else if (small || isOfLoop) {
            connection.queue(WebSocketFrames.copy(connection.allocator(), frame));
        } else {
            queueBehindHeader(frame);
        }
        // Again: what is written may have the network's state change, and that may have had the first part flushed.
        isQueued = true;
    }

    private void queueBehindHeader(ByteBuf frame) {
        boolean isLedOn = false;
        try {
            ByteBuf header = connection.allocator().buffer(WebSocketFrames.MAX_HEADER_BYTES);
            WebSocketFrames.writeHeader(header, Opcode.BINARY, frame.readableBytes());
            connection.queue(header);
            isLedOn = true;
        } finally {
            if (!isLedOn) {
                frame.release();
            }
        }
        connection.queue(frame);
    }

    /** Gives what was written to the network. */
    void flush() {
        flushDue = false;
        if (departure != null) {
            departure.leave();
        }
        if (isQueued) {
            isQueued = false;
            connection.flush();
        }
    }

    /** Something of the relay's own went wrong when this was written to. */
    void failed(Throwable fault) {
        carrier.failed(fault);
    }

    @Override
    public boolean isWritable() {
        return connection.isWritable();
    }

    @Override
    public void setReading(boolean on) {
        if (carrier.isOpen()) {
            connection.setReading(on);
        }
    }

    @Override
    public void close(CloseCode code, String reason) {
        carrier.close(code, reason);
    }

    /** Lets go of what waits; nothing is written after it. */
    void release() {
        if (kept != null) {
            kept.release();
            kept = null;
        }
        if (departure != null) {
            departure.release();
        }
    }
}
