package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.session.ChannelIngress;
import io.tandem.relay.session.ChannelRequest;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
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
    private @Nullable ChannelIngress ingress;

    /** The GET that waits, or the opening until it is answered. */
    private @Nullable PollExchange held;

    /** The one whose answer is being written. */
    private @Nullable PollExchange answered;

    /** The number of the last GET that came. */
    private int lastDown;

    /** The number of the last POST that was taken. */
    private int lastUp;

    /** Taken from the network since the last frame was handed on. */
    private int carriedBytes;

    private boolean opened;
    private boolean deliveryDue;
    private CloseCode closeCode = CloseCode.NORMAL;
    private String closeReason = "";

    /** For the GET: how long it may wait; without one: how long until the next, or until a CLOSE is given up. */
    private @Nullable Future<?> downTimer;

    PollCarrier(
            String token,
            String sessionId,
            EventExecutor loop,
            CarrierLimits carrierLimits,
            LongPollLimits limits,
            Consumer<PollCarrier> onClosed) {
        this.token = token;
        this.sessionId = sessionId;
        this.loop = loop;
        this.carrierLimits = carrierLimits;
        this.limits = limits;
        this.onClosed = onClosed;
        this.outlet = new PollOutlet(this, loop, carrierLimits);
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

    /** Whether a GET waits, so that a frame that is written now leaves now. */
    boolean isWaitedFor() {
        return held != null && !outlet.isTravelling();
    }

    // What the client asks.

    /** Opens the channel: the first request waits for its answer like a GET, and its body is HELLO. */
    void open(PollExchange exchange, ChannelGate gate, ChannelRequest request, ByteBuf body) {
        carriedBytes += exchange.headBytes();
        hold(exchange);
        try {
            ingress = gate.open(request, outlet);
            PollRecordReader records = new PollRecordReader(body);
            if (!(records.next() instanceof PollRecordReader.Frame hello)) {
                throw new FrameViolation(CloseCode.MALFORMED, "no frame opened the carrier; allowed is HELLO");
            }
            if (records.isAtEnd()) {
                handOn(hello.bytes());
            } else {
                hello.bytes().release();
                throw new FrameViolation(CloseCode.MALFORMED, "something follows HELLO in the opening");
            }
        } catch (FrameViolation violation) {
            close(violation.code(), violation.reason());
        } catch (RuntimeException fault) {
            LOG.error("the session could not take a new channel", fault);
            close(CloseCode.INTERNAL_ERROR, "the relay could not open the channel");
        }
    }

    /** A GET: waits for frames. */
    void down(PollExchange exchange, int number) {
        carriedBytes += exchange.headBytes();
        if (state == State.CLOSED) {
            exchange.answer(PollAnswers.noSuchCarrier(exchange.allocator()));
        } else if (held != null && number == lastDown) {
            // Sent again by a browser or proxy that has given the first one up.
            release(held);
            hold(exchange);
            deliver();
        } else if (held != null) {
            exchange.answer(PollAnswers.noSuchCarrier(exchange.allocator()));
            close(CloseCode.MALFORMED, "a second GET while one waits; allowed is one");
        } else {
            hold(exchange);
            if (number == lastDown) {
                close(CloseCode.ANSWER_LOST, "GET " + number + " was answered, and its answer is gone");
            } else if (number != lastDown + 1) {
                close(CloseCode.MALFORMED, outOfTurn("GET", number, lastDown));
            }
            lastDown = number;
            deliver();
        }
    }

    /** A POST: brings records. Takes ownership of the body. */
    void up(PollExchange exchange, int number, ByteBuf body) {
        carriedBytes += exchange.headBytes();
        try {
            if (state == State.CLOSED) {
                exchange.answer(PollAnswers.noSuchCarrier(exchange.allocator()));
                return;
            }
            boolean repeated = number == lastUp;
            if (state == State.OPEN && !repeated) {
                if (number != lastUp + 1) {
                    close(CloseCode.MALFORMED, outOfTurn("POST", number, lastUp));
                } else if (throttle.isHolding()) {
                    close(CloseCode.MALFORMED, "a second POST while one waits; allowed is one");
                } else {
                    lastUp = number;
                    take(new PollRecordReader(body));
                }
            }
            if (state == State.OPEN) {
                throttle.answer(exchange, this);
            } else {
                exchange.answer(PollAnswers.nothing());
            }
        } finally {
            body.release();
        }
    }

    private static String outOfTurn(String method, int number, int last) {
        String came = number == PollRequest.NO_NUMBER ? "none" : Integer.toString(number);
        return String.format(Locale.ROOT, "a %s with number %s; allowed after %d is %d", method, came, last, last + 1);
    }

    private void take(PollRecordReader records) {
        try {
            // A frame may close the carrier: what follows it is not even read.
            while (state == State.OPEN && !records.isAtEnd()) {
                PollRecordReader.Said said = records.next();
                if (said instanceof PollRecordReader.Frame frame) {
                    handOn(frame.bytes());
                } else if (said instanceof PollRecordReader.Close close) {
                    closedByTheClient(close);
                }
            }
        } catch (FrameViolation violation) {
            close(violation.code(), violation.reason());
        } catch (RuntimeException fault) {
            LOG.error("a frame could not be handled", fault);
            close(CloseCode.INTERNAL_ERROR, "the relay could not handle a frame");
        }
    }

    private void handOn(ByteBuf frame) {
        int carried = carriedBytes + PollRecords.HEADER_BYTES + frame.readableBytes();
        carriedBytes = 0;
        ingress().onFrame(frame, carried);
    }

    /** A connection ended before its answer. */
    void onLost(PollExchange exchange) {
        // The frames of a POST were taken: the client may send the request again and learn it.
        if (!throttle.forget(exchange) && exchange == held) {
            held = null;
            closed();
        }
    }

    // What the session says.

    void setReading(boolean on) {
        throttle.setReading(on);
    }

    void onWritabilityChanged(boolean writable) {
        if (state == State.OPEN && ingress != null) {
            ingress.onWritabilityChanged(writable);
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
        throttle.release();
        if (held == null) {
            startDownTimer(this::closed, carrierLimits.closeMillis());
        }
        deliverAtTheEndOfThisTurn();
    }

    private void closedByTheClient(PollRecordReader.Close close) {
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
        startDownTimer(this::answerNothing, limits.holdMillis());
    }

    private void answerNothing() {
        PollExchange waiting = held;
        if (waiting != null) {
            release(waiting);
            startDownTimer(this::closed, state == State.OPEN ? limits.gapMillis() : carrierLimits.closeMillis());
        }
    }

    private void release(PollExchange waiting) {
        held = null;
        waiting.answer(PollAnswers.nothing());
    }

    /** All that is written in one turn of the loop leaves together. */
    void deliverAtTheEndOfThisTurn() {
        if (held != null && !deliveryDue) {
            deliveryDue = true;
            loop.execute(() -> {
                deliveryDue = false;
                deliver();
            });
        }
    }

    private void deliver() {
        PollExchange waiting = held;
        if (waiting == null || outlet.isTravelling() || !(outlet.hasFrames() || state == State.CLOSING)) {
            return;
        }
        PollRecords answer = new PollRecords(waiting.allocator());
        if (!opened) {
            opened = true;
            answer.token(token);
        }
        outlet.moveTo(answer, limits.answerBytes());
        boolean last = state == State.CLOSING && !outlet.hasFrames();
        if (last) {
            answer.close(closeCode.code(), closeReason);
        }
        int bytes = answer.bytes();
        held = null;
        answered = waiting;
        outlet.travels(bytes);
        startDownTimer(this::closed, state == State.OPEN ? limits.gapMillisAfter(bytes) : carrierLimits.closeMillis());
        waiting.answer(PollAnswers.records(answer.finish()), whole -> onWritten(whole && !last));
    }

    /** An answer was handed to the network, and the carrier goes on; or it does not. */
    private void onWritten(boolean goesOn) {
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
        cancel(downTimer);
        throttle.release();
        outlet.release();
        PollExchange waiting = held;
        held = null;
        if (waiting != null) {
            waiting.answer(PollAnswers.noSuchCarrier(waiting.allocator()));
        }
        if (answered != null) {
            // Whoever takes so long to take an answer holds its memory.
            answered.cut();
        }
        onClosed.accept(this);
        if (ingress != null) {
            ingress.onClosed();
        }
    }

    private void startDownTimer(Runnable task, long millis) {
        cancel(downTimer);
        downTimer = loop.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private ChannelIngress ingress() {
        if (ingress == null) {
            throw new IllegalStateException("the carrier is not open");
        }
        return ingress;
    }
}
