package io.tandem.relay.transport.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.tandem.relay.carrier.ClientAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one connection, answered one after the other: the next is not looked at before the last answer is on its way, so
 * a client that sends without reading waits instead of filling memory.
 */
final class HttpExchanges extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpExchanges.class);

    private final Function<Call, CompletionStage<Answer>> answers;

    /** What came while an answer was on its way; no more than one read brought. */
    private final Queue<Call> waiting = new ArrayDeque<>();

    private boolean answering;

    HttpExchanges(Function<Call, CompletionStage<Answer>> answers) {
        this.answers = answers;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        Call call;
        try {
            call = Call.of(request, ClientAddress.of(ctx.channel(), request.headers()));
        } catch (Problem problem) {
            FullHttpResponse response = problem.answer().response(false);
            HttpUtil.setKeepAlive(response, false);
            ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        waiting.add(call);
        if (answering) {
            ctx.channel().config().setAutoRead(false);
        } else {
            next(ctx);
        }
    }

    private void next(ChannelHandlerContext ctx) {
        Call call = waiting.poll();
        if (call == null) {
            ctx.channel().config().setAutoRead(true);
            return;
        }
        answering = true;
        answers.apply(call).thenAccept(answer -> {
            if (ctx.executor().inEventLoop()) {
                send(ctx, call, answer);
            } else {
                ctx.executor().execute(() -> send(ctx, call, answer));
            }
        });
    }

    private void send(ChannelHandlerContext ctx, Call call, Answer answer) {
        if (ctx.isRemoved()) {
            // The connection has become a channel meanwhile: whoever asked for both waits for neither.
            return;
        }
        FullHttpResponse response = answer.response(call.isHead());
        HttpUtil.setKeepAlive(response, call.keepAlive());
        ChannelFuture sent = ctx.writeAndFlush(response);
        if (call.keepAlive()) {
            sent.addListener(done -> {
                answering = false;
                if (!ctx.isRemoved()) {
                    next(ctx);
                }
            });
        } else {
            sent.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("an HTTP connection broke", cause);
        ctx.close();
    }
}
