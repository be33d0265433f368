package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.metering.CarrierMeters;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.session.ChannelIngress;
import io.tandem.relay.session.ChannelRequest;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's WebSocket from the upgrade to its end: frames in, the outlet out, and the closing handshake. Between it and the socket is nothing but its {@link Connection}.
 * From {@link #open} on everything happens on the session's event loop, to which the connection was brought.
 */
final class WebSocketCarrier implements WebSocketDecoder.Events {
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

    /** Null from when it is open. */
    private @Nullable ChannelRequest request;

    private final CarrierLimits limits;

    /** Fragments and pings are told of when they are as much as one read can bring: no budget is circumvented by never ending a message. */
    private static final int UNTOLD_BYTES = 64 << 10;

    private State state = State.OPENING;

    /** The node stops: said from elsewhere, perhaps while the connection is on its way between two loops. */
    private volatile boolean goesAway;

    /** Read from the network since the last frame was handed on. */
    private int carriedBytes;

    /** Not null from when it is open; looked at by whoever has it go away. */
    private volatile @Nullable Connection connection;

    private @Nullable WebSocketDecoder decoder;
    private @Nullable WebSocketOutlet outlet;
    private @Nullable TurnFlush turn;
    private @Nullable ChannelIngress ingress;
    private @Nullable Future<?> closeDeadline;

    WebSocketCarrier(ChannelGate gate, ChannelRequest request, CarrierLimits limits) {
        this.gate = gate;
        this.request = request;
        this.limits = limits;
    }

    /**
     * Begins, on the session's loop, on a connection that does not read yet.
     *
     * @param early what came right behind the request for the upgrade, one read's worth at most; takes ownership
     */
    void open(Connection on, @Nullable ByteBuf early) {
        try {
            begin(on);
            if (early != null) {
                read(early.retain());
            }
        } catch (Throwable fault) {
            // Whoever calls it would only write it down, and the client would wait for ever.
            failed(fault);
        } finally {
            if (early != null) {
                early.release();
                readEnds();
            }
        }
    }

    private void begin(Connection on) {
        connection = on;
        decoder = new WebSocketDecoder(on.allocator(), this);
        TurnFlush here = TurnFlush.here();
        turn = here;
        outlet = new WebSocketOutlet(on, this, limits, here);
        state = State.OPEN;
        if (goesAway) {
            close(CloseCode.GOING_AWAY, "the node stops");
        } else {
            try {
                ingress = gate.open(Objects.requireNonNull(request, "a carrier opens once"), outlet);
                request = null;
            } catch (Throwable e) {
                log.error("the session could not take a new channel", e);
                close(CloseCode.INTERNAL_ERROR, "the relay could not open the channel");
            }
            // Reading on may be the session's to decide already: what came early may be more than its sender's budget.
            on.setReading(true);
        }
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    CarrierMeters meters() {
        return gate.carrierMeters();
    }

    /** What one read of the connection brought; takes ownership. */
    void read(ByteBuf in) {
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

    /** All that the connection has for now was read. */
    void readEnds() {
        if (turn != null) {
            turn.readEnds(meters());
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
        } catch (Throwable e) {
            log.error("a frame could not be handled", e);
            close(CloseCode.INTERNAL_ERROR, "the relay could not handle a frame");
        }
    }

    @Override
    public void onPing(byte[] payload) {
        Connection to = connection();
        // A client that pings and does not read gets no pongs: only the latest would be owed, and it will ping again.
        if (state == State.OPEN && to.isWritable()) {
            outlet().flush();
            to.queue(WebSocketFrames.pong(to.allocator(), payload));
            to.flush();
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
    void goAway() {
        goesAway = true;
        Connection open = connection;
        if (open == null) {
            return;
        }
        try {
            open.executor().execute(() -> close(CloseCode.GOING_AWAY, "the node stops"));
        } catch (RejectedExecutionException stopped) {
            log.debug("a connection's loop has stopped before it");
        }
    }

    /** A client for whom there is not even the memory of a close frame is cut: who has it closed, often together with others, has no part in that. */
    private void sendClose(int code, String reason, boolean nothingFollows) {
        state = State.CLOSING;
        try {
            writeClose(connection(), code, reason, nothingFollows);
        } catch (Throwable fault) {
            log.error("a connection is cut, for its close could not be written", fault);
            connection().close();
        }
    }

    private void writeClose(Connection to, int code, String reason, boolean nothingFollows) {
        outlet().flush();
        outlet().release();
        decoder().discardMessages();
        // The client's answer, or its end of the connection, must be seen even where the session had stopped reading.
        to.setReading(true);
        closeDeadline = to.executor().schedule(to::close, limits.closeMillis(), TimeUnit.MILLISECONDS);
        to.finish(WebSocketFrames.close(to.allocator(), code, reason), () -> {
            if (nothingFollows) {
                endConnection();
            }
        });
    }

    /**
     * Ends our direction only: closing a socket that has unread bytes resets the connection, and the reset can overtake our
     * close frame. The client's end, or the deadline, ends the rest.
     */
    private void endConnection() {
        connection().endOutput();
    }

    /** The connection's queue is full, or has room again. */
    void writabilityChanged(boolean writable) {
        if (state == State.OPEN && outlet != null) {
            if (writable) {
                outlet.writeKept();
            }
            if (ingress != null) {
                ingress.onWritabilityChanged(writable);
            }
        }
    }

    /** The connection is gone: works once. */
    void lost() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
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

    /** Something of the relay's own went wrong in it. */
    void failed(Throwable fault) {
        log.error("a carrier failed", fault);
        if (state == State.OPEN) {
            close(CloseCode.INTERNAL_ERROR, "the relay failed");
        } else if (connection != null) {
            connection.close();
        }
    }

    private Connection connection() {
        return Objects.requireNonNull(connection, "the carrier is not open");
    }

    private WebSocketDecoder decoder() {
        return Objects.requireNonNull(decoder, "the carrier is not open");
    }

    private WebSocketOutlet outlet() {
        return Objects.requireNonNull(outlet, "the carrier is not open");
    }
}
