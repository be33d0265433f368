package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.Deadline;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.metering.CarrierMeters;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.session.ChannelRequest;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's carrier from its opening to its end, over however many connections its requests come. All of it lives on the session's
 * loop: requests are brought there, and answers leave from there for their connections.
 */
final class PollCarrier {
    /** How far the carrier is in its life. */
    private enum State {
        /** Frames flow. */
        OPEN,
        /** A CLOSE waits for a GET to take it along, behind what was written before it; what the client sends is passed over. */
        CLOSING,
        /** Its token is good for nothing. */
        CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(PollCarrier.class);

    private final String token;
    private final String sessionId;
    private final EventExecutor loop;
    private final CarrierLimits carrierLimits;
    private final LongPollLimits limits;
    private final Consumer<PollCarrier> onClosed;
    private final PollOutlet outlet;
    private final PollThrottle throttle;

    private State state = State.OPEN;
    private @Nullable PollIntake intake;

    /** The GET that waits, or the opening until it is answered. */
    private @Nullable PollExchange held;

    /** The one whose answer is being written. */
    private @Nullable PollExchange answered;

    /** Of the GETs that came. */
    private final PollNumbers downs = new PollNumbers("GET");

    /** Of the POSTs that were taken. */
    private final PollNumbers ups = new PollNumbers("POST");

    private final PollGathering gathering = new PollGathering();
    private boolean opened;
    private boolean deliveryDue;
    private CloseCode closeCode = CloseCode.NORMAL;
    private String closeReason = "";

    /** For the GET: how long it may wait; without one: how long until the next, or until a CLOSE is given up. */
    private final Deadline downDeadline;

    PollCarrier(
            String token,
            String sessionId,
            EventExecutor loop,
            CarrierLimits carrierLimits,
            LongPollLimits limits,
            CarrierMeters meters,
            Consumer<PollCarrier> onClosed) {
        this.token = token;
        this.sessionId = sessionId;
        this.loop = loop;
        this.carrierLimits = carrierLimits;
        this.limits = limits;
        this.onClosed = onClosed;
        this.downDeadline = new Deadline(loop);
        this.outlet = new PollOutlet(this, carrierLimits, meters);
        this.throttle = new PollThrottle(loop, limits.holdMillis());
    }

    String token() {
        return token;
    }

    String sessionId() {
        return sessionId;
    }

    EventExecutor loop() {
        return loop;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** What waits for the next GET. Any thread may ask. */
    int queuedBytes() {
        return outlet.queuedBytes();
    }

    /** Whether a GET waits, so that a frame that is written now leaves now. */
    boolean isWaitedFor() {
        return held != null && !outlet.isTravelling();
    }

    /** Whether the body of a POST with this number would be taken, as far as one can tell before it came. Any thread may ask. */
    boolean wants(int number) {
        return ups.judge(number) == PollNumbers.Turn.NEXT && !throttle.isHolding();
    }

    /** Where a body is gathered. */
    PollGathering gathering() {
        return gathering;
    }

    // What the client asks.

    /** Opens the channel: the first request waits for its answer like a GET, and its body is HELLO. */
    void open(PollExchange exchange, ChannelGate gate, ChannelRequest request, ByteBuf body) {
        hold(exchange);
        try {
            PollIntake fresh = new PollIntake(gate.open(request, outlet), this, limits.requestBytes());
            intake = fresh;
            fresh.open(body, exchange.headBytes());
        } catch (Throwable fault) {
            LOG.error("the session could not take a new channel", fault);
            close(CloseCode.INTERNAL_ERROR, "the relay could not open the channel");
        }
    }

    /** A GET: waits for frames. */
    void down(PollExchange exchange, int number) {
        if (state == State.CLOSED) {
            exchange.answer(PollAnswers.noSuchCarrier(exchange.allocator()));
            return;
        }
        dropped(exchange.headBytes());
        PollNumbers.Turn turn = downs.judge(number);
        if (turn == PollNumbers.Turn.OVERTAKEN) {
            exchange.answer(PollAnswers.nothing());
        } else if (held != null && turn == PollNumbers.Turn.AGAIN) {
            // Sent again by a browser or proxy that has given the first one up.
            held.answer(PollAnswers.nothing());
            hold(exchange);
            deliver();
        } else if (held != null) {
            exchange.answer(PollAnswers.noSuchCarrier(exchange.allocator()));
            close(CloseCode.MALFORMED, "a second GET while one waits; allowed is one");
        } else {
            hold(exchange);
            if (turn == PollNumbers.Turn.NEXT) {
                downs.next();
            } else if (turn == PollNumbers.Turn.AGAIN) {
                close(CloseCode.ANSWER_LOST, "GET " + number + " was answered, and its answer is gone");
                abandonAnswer();
            } else {
                close(CloseCode.MALFORMED, downs.outOfTurn(number));
            }
            deliver();
        }
    }

    /** Whoever asks for an answer again has given it up, also where it is still on its way; what waits behind it would come after a gap. */
    private void abandonAnswer() {
        outlet.release();
        PollExchange travelling = answered;
        if (travelling != null) {
            answered = null;
            outlet.arrived();
            travelling.cut();
        }
    }

    /** A POST: brings records, in a body of which nothing was kept where nobody wanted it when it began. Takes ownership of the body. */
    void up(PollExchange exchange, int number, ByteBuf body, int cameBytes) {
        PollIntake taking = intake;
        if (state == State.CLOSED || taking == null) {
            body.release();
            exchange.answer(PollAnswers.noSuchCarrier(exchange.allocator()));
            return;
        }
        PollNumbers.Turn turn = ups.judge(number);
        boolean isPassedOver = body.readableBytes() < cameBytes;
        if (state == State.OPEN && turn == PollNumbers.Turn.OUT_OF_TURN) {
            close(CloseCode.MALFORMED, ups.outOfTurn(number));
        } else if (state == State.OPEN && turn == PollNumbers.Turn.NEXT && (throttle.isHolding() || isPassedOver)) {
            close(CloseCode.MALFORMED, "a second POST while one waits; allowed is one");
        }
        if (state == State.OPEN && turn == PollNumbers.Turn.NEXT) {
            ups.next();
            taking.take(body, exchange.headBytes());
        } else {
            taking.dropped(exchange.headBytes() + cameBytes);
            body.release();
        }
        if (state == State.OPEN && turn != PollNumbers.Turn.OVERTAKEN) {
            throttle.answer(exchange, this, taking.isReading());
        } else {
            exchange.answer(PollAnswers.nothing());
        }
    }

    /** Bytes came that are no frame's. */
    void dropped(int bytes) {
        if (intake != null && state != State.CLOSED) {
            intake.dropped(bytes);
        }
    }

    /** A connection ended before its answer. */
    void onLost(PollExchange exchange) {
        // The frames of a POST were taken, or will be: the client may send the request again and learn it.
        if (!throttle.forget(exchange) && exchange == held) {
            held = null;
            closed();
        }
    }

    // What the session says.

    void setReading(boolean on) {
        PollIntake taking = intake;
        if (taking != null) {
            taking.setReading(on);
            if (taking.isReading()) {
                throttle.release();
            }
        }
    }

    void onWritabilityChanged(boolean writable) {
        if (state == State.OPEN && intake != null) {
            intake.onWritabilityChanged(writable);
        }
    }

    /** More waits than the ceiling: it counts as lost, so that the CLOSE is the next that the client hears. */
    void overloaded(int ceilingBytes) {
        outlet.release();
        close(
                CloseCode.OVERLOADED,
                String.format(Locale.ROOT, "this client reads too slowly: allowed to wait are %d bytes", ceilingBytes));
    }

    /** Has a CLOSE follow everything that was written before it; works once. */
    void close(CloseCode code, String reason) {
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        closeCode = code;
        closeReason = reason;
        if (intake != null) {
            intake.release();
        }
        throttle.release();
        if (held == null) {
            downDeadline.set(this::closed, carrierLimits.closeMillis());
        }
        deliverAtTheEndOfThisTurn();
    }

    /** Something of the relay's own went wrong in it. What waits counts as lost, so that the CLOSE is the next that the client hears. */
    void failed(Throwable fault) {
        LOG.error("a carrier failed", fault);
        outlet.release();
        if (state == State.OPEN) {
            close(CloseCode.INTERNAL_ERROR, "the relay failed");
        } else {
            // There is not even the memory of a CLOSE.
            closed();
        }
    }

    /** The client said CLOSE. */
    void closedByTheClient(PollRecordReader.Close close) {
        LOG.debug("a client closed with {}", close.code());
        outlet.release();
        close(CloseCode.NORMAL, "");
        if (held == null && answered == null) {
            closed();
        }
    }

    // The answers to GETs.

    private void hold(PollExchange exchange) {
        held = exchange;
        exchange.waitsFor(this);
        downDeadline.set(this::answerNothing, limits.holdMillis());
    }

    private void answerNothing() {
        PollExchange waiting = held;
        if (waiting != null) {
            held = null;
            waiting.answer(PollAnswers.nothing());
            downDeadline.set(this::closed, state == State.OPEN ? limits.gapMillis() : carrierLimits.closeMillis());
        }
    }

    /** All that is written in one turn of the loop leaves together. */
    void deliverAtTheEndOfThisTurn() {
        if (held != null && !deliveryDue) {
            loop.execute(() -> {
                deliveryDue = false;
                deliver();
            });
            deliveryDue = true;
        }
    }

    private void deliver() {
        PollExchange waiting = held;
        if (waiting == null || outlet.isTravelling() || !(outlet.hasFrames() || state == State.CLOSING)) {
            return;
        }
        PollRecords answer = new PollRecords(waiting.allocator());
        boolean last;
        try {
            last = fill(answer);
        } catch (Throwable fault) {
            answer.release();
            failed(fault);
            return;
        }
        opened = true;
        int bytes = answer.bytes();
        held = null;
        answered = waiting;
        outlet.travels(bytes);
        downDeadline.set(
                this::closed, state == State.OPEN ? limits.gapMillisAfter(bytes) : carrierLimits.closeMillis());
        waiting.answer(PollAnswers.records(answer.finish()), whole -> onWritten(waiting, whole && !last));
    }

    /** Whether it is the last answer. */
    private boolean fill(PollRecords answer) {
        if (!opened) {
            answer.token(token);
        }
        outlet.moveTo(answer, limits.answerBytes());
        boolean last = state == State.CLOSING && !outlet.hasFrames();
        if (last) {
            answer.close(closeCode.code(), closeReason);
        }
        return last;
    }

    /** An answer was handed to the network, and the carrier goes on; or it does not. */
    private void onWritten(PollExchange exchange, boolean goesOn) {
        if (exchange != answered) {
            return;
        }
        answered = null;
        if (state == State.CLOSED) {
            return;
        }
        outlet.arrived();
        if (goesOn) {
            deliver();
        } else {
            closed();
        }
    }

    // Its end.

    private void closed() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        downDeadline.end();
        throttle.release();
        outlet.release();
        PollExchange waiting = held;
        held = null;
        if (waiting != null) {
            waiting.serve(() -> waiting.answer(PollAnswers.noSuchCarrier(waiting.allocator())));
        }
        if (answered != null) {
            // Whoever takes so long to take an answer holds its memory.
            answered.cut();
        }
        onClosed.accept(this);
        if (intake != null) {
            intake.release();
            intake.onClosed();
        }
    }
}
