package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.tandem.relay.frame.CloseCode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The polling requests of one connection: gathers each, hands it to its carrier and writes the answer. Every other request passes.
 * Stands behind the HTTP codec and goes with it at an upgrade. On the connection's loop.
 *
 * <p>One request is answered at a time. A client that sends the next before it has the answer to the last finds it unheard, and the
 * connection closed behind that answer, as HTTP/1.1 allows: an answer that is held cannot be overtaken.
 */
final class PollConnection extends ChannelDuplexHandler {
    /** What is done with what comes. */
    private enum State {
        /** It is for the handlers behind, unless it is the head of a polling request. */
        PASSING,
        /** It belongs to a polling request. */
        GATHERING,
        /** It is too early: the answer to the last request has not been written whole. */
        ANSWERING,
        /** It is passed over, and the connection closes when the request that it belongs to has ended. */
        REFUSING,
        /** It is passed over. */
        DEAF
    }

    private final LongPoll longPoll;
    private State state = State.PASSING;

    /** The request that is gathered, and its body as far as it has come. */
    private @Nullable PollRequest request;

    private int headBytes;

    /** What came of the body, and as much of it as is kept. */
    private int cameBytes;

    private int keptBytes;

    /** Of the POST that is gathered, if there is one. */
    private @Nullable PollCarrier carrier;

    /** A request that was refused, whose carrier's client pays for what still comes. */
    private PollRequest.@Nullable Up refused;

    private ByteBuf body = Unpooled.EMPTY_BUFFER;

    /** The request that waits for its answer, or whose answer is being written. */
    private @Nullable PollExchange exchange;

    /** Whether the connection goes on after the answer. */
    private boolean goesOn;

    /** Requests that the handlers behind have and did not answer yet. */
    private int passed;

    PollConnection(LongPoll longPoll) {
        this.longPoll = longPoll;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state == State.PASSING && message instanceof HttpRequest head) {
            onHead(ctx, head);
        }
        if (state == State.PASSING) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            switch (state) {
                case GATHERING -> {
                    if (message instanceof HttpContent part) {
                        gather(ctx, part);
                    }
                }
                case ANSWERING -> goesOn = false;
                case REFUSING -> {
                    if (message instanceof HttpContent part) {
                        cameBytes += part.content().readableBytes();
                    }
                    if (message instanceof LastHttpContent) {
                        ctx.close();
                    }
                }
                case PASSING, DEAF -> {}
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void onHead(ChannelHandlerContext ctx, HttpRequest head) {
        PollRequest judged =
                head.decoderResult().isSuccess() ? PollRequest.judge(ctx.channel(), head, longPoll.offered()) : null;
        if (judged == null) {
            passed++;
            return;
        }
        if (passed > 0) {
            state = State.DEAF;
            return;
        }
        goesOn = HttpUtil.isKeepAlive(head) && head.protocolVersion().equals(HttpVersion.HTTP_1_1);
        request = judged;
        headBytes = PollRequest.headBytes(head);
        cameBytes = 0;
        keptBytes = keptBytes(ctx, judged);
        state = State.GATHERING;
        if (HttpUtil.getContentLength(head, 0L) > longPoll.limits().requestBytes()) {
            refuseTooLarge(ctx);
        } else if (HttpUtil.is100ContinueExpected(head)) {
            ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
    }

    private void gather(ChannelHandlerContext ctx, HttpContent part) {
        ByteBuf more = part.content();
        cameBytes += more.readableBytes();
        if (part.decoderResult().isFailure()) {
            refuse(ctx, PollAnswers.badBody(ctx.alloc(), "a body in well-formed chunks"));
            closeIfLast(ctx, part);
        } else if (cameBytes > longPoll.limits().requestBytes()) {
            refuseTooLarge(ctx);
        } else if (cameBytes > 0 && !mayHaveBody()) {
            refuse(ctx, PollAnswers.badBody(ctx.alloc(), "none"));
            closeIfLast(ctx, part);
        } else {
            append(ctx, more);
            if (part instanceof LastHttpContent) {
                complete(ctx);
            }
        }
    }

    /** Nothing more of a refused request will come that the connection could wait for. */
    private static void closeIfLast(ChannelHandlerContext ctx, HttpContent part) {
        if (part instanceof LastHttpContent) {
            ctx.close();
        }
    }

    /** How much of a request's body is worth keeping; what is not is read all the same, for the connection to go on. */
    private int keptBytes(ChannelHandlerContext ctx, PollRequest request) {
        if (request instanceof PollRequest.Open) {
            return LongPollLimits.OPENING_BYTES;
        }
        carrier = request instanceof PollRequest.Up up ? longPoll.carrierOf(up) : null;
        if (carrier == null || !(request instanceof PollRequest.Up up) || !carrier.wants(up.number())) {
            return 0;
        }
        carrier.gathering().begins(ctx);
        return longPoll.limits().requestBytes();
    }

    private boolean mayHaveBody() {
        return !(request instanceof PollRequest.Down
                || request instanceof PollRequest.Probe
                || request instanceof PollRequest.Preflight);
    }

    /** Copies, so that a body that drips in holds no more than its own bytes; grows with what came, not with what was announced. */
    private void append(ChannelHandlerContext ctx, ByteBuf more) {
        if (cameBytes > keptBytes) {
            takeBody().release();
            return;
        }
        if (!more.isReadable()) {
            return;
        }
        if (body.maxCapacity() == 0) {
            body = ctx.alloc().buffer(more.readableBytes(), keptBytes);
        }
        body.writeBytes(more);
    }

    /** What is kept of a body that has not come whole. */
    int gatheredBytes() {
        return body.capacity();
    }

    private ByteBuf takeBody() {
        ByteBuf taken = body;
        body = Unpooled.EMPTY_BUFFER;
        return taken;
    }

    private @Nullable PollCarrier endGathering(ChannelHandlerContext ctx) {
        PollCarrier known = carrier;
        carrier = null;
        if (known != null) {
            known.gathering().ends(ctx);
        }
        return known;
    }

    private void complete(ChannelHandlerContext ctx) {
        PollRequest complete = request;
        request = null;
        PollCarrier known = endGathering(ctx);
        state = State.ANSWERING;
        if (complete instanceof PollRequest.Open open && cameBytes <= keptBytes) {
            longPoll.open(exchange(ctx, open.sessionId()), open, takeBody());
        } else if (complete instanceof PollRequest.Down down) {
            longPoll.down(exchange(ctx, down.sessionId()), down);
        } else if (complete instanceof PollRequest.Up up && known != null) {
            longPoll.up(exchange(ctx, up.sessionId()), up, takeBody(), cameBytes);
        } else {
            takeBody().release();
            answer(ctx, answerAtOnce(ctx, complete), null);
        }
    }

    private FullHttpResponse answerAtOnce(ChannelHandlerContext ctx, @Nullable PollRequest request) {
        if (request instanceof PollRequest.Open) {
            return PollAnswers.tooLargeAnOpening(ctx.alloc(), cameBytes);
        }
        if (request instanceof PollRequest.Up) {
            return PollAnswers.noSuchCarrier(ctx.alloc());
        }
        if (request instanceof PollRequest.Refused refused) {
            return PollAnswers.problem(ctx.alloc(), refused.problem());
        }
        return request instanceof PollRequest.Probe ? PollAnswers.nothing() : PollAnswers.preflight();
    }

    private PollExchange exchange(ChannelHandlerContext ctx, String sessionId) {
        EventExecutor sessionLoop = longPoll.loopOf(sessionId);
        PollExchange fresh = new PollExchange(this, ctx, sessionLoop, headBytes);
        exchange = fresh;
        return fresh;
    }

    private void refuseTooLarge(ChannelHandlerContext ctx) {
        int allowed = longPoll.limits().requestBytes();
        if (request instanceof PollRequest.Up up) {
            longPoll.close(
                    up,
                    CloseCode.MESSAGE_TOO_BIG,
                    String.format(Locale.ROOT, "a request of more than the %d bytes that are allowed", allowed));
        }
        refuse(ctx, PollAnswers.tooLarge(ctx.alloc(), allowed));
    }

    /** Answers at once, though the request has not ended: what is left of it is read, or a reset could destroy the answer. */
    private void refuse(ChannelHandlerContext ctx, FullHttpResponse response) {
        refused = request instanceof PollRequest.Up up ? up : null;
        request = null;
        takeBody().release();
        endGathering(ctx);
        state = State.REFUSING;
        HttpUtil.setKeepAlive(response, false);
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    /** Writes an answer that comes from a carrier. Takes ownership of the response. */
    void send(PollExchange answered, FullHttpResponse response) {
        if (exchange != answered) {
            response.release();
            answered.answered(false);
            return;
        }
        answer(answered.context(), response, answered);
    }

    private void answer(ChannelHandlerContext ctx, FullHttpResponse response, @Nullable PollExchange answered) {
        boolean announced = goesOn;
        ctx.writeAndFlush(announced ? response : PollAnswers.last(response)).addListener(done -> {
            exchange = null;
            if (answered != null) {
                answered.answered(done.isSuccess());
            }
            if (announced && goesOn && done.isSuccess()) {
                state = State.PASSING;
            } else {
                state = State.DEAF;
                ctx.close();
            }
        });
    }

    /** Sees the answers of the handlers behind. */
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        boolean closes = state == State.DEAF && passed == 1;
        if (closes && message instanceof HttpResponse response) {
            HttpUtil.setKeepAlive(response, false);
        }
        boolean ends = message instanceof LastHttpContent && !isInformational(message);
        if (ends) {
            passed--;
        }
        ctx.write(message, ends && closes ? promise.unvoid().addListener(ChannelFutureListener.CLOSE) : promise);
    }

    private static boolean isInformational(Object message) {
        return message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.DEAF;
        takeBody().release();
        endGathering(ctx);
        // What did not come whole took as much of the network.
        PollRequest.Up unfinished = request instanceof PollRequest.Up up ? up : refused;
        request = null;
        refused = null;
        if (unfinished != null) {
            longPoll.carried(unfinished, headBytes + cameBytes);
        }
        PollExchange waiting = exchange;
        exchange = null;
        if (waiting != null) {
            waiting.connectionLost();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        takeBody().release();
    }
}
