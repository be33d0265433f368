package io.tandem.relay.audit.webhook;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.tandem.relay.audit.webhook.WebhookAttempt.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One request and what comes of it: ends once, whatever comes first, and closes its connection then. On the webhooks' loop. */
final class WebhookExchange {
    private final CompletableFuture<WebhookAttempt> ended = new CompletableFuture<>();
    private @Nullable Channel connection;
    private @Nullable Future<?> deadline;

    CompletionStage<WebhookAttempt> ended() {
        return ended;
    }

    boolean isOver() {
        return ended.isDone();
    }

    void giveUpWith(Future<?> timer) {
        deadline = timer;
    }

    void end(Outcome outcome) {
        end(WebhookAttempt.without(outcome));
    }

    private void end(WebhookAttempt result) {
        if (isOver()) {
            return;
        }
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (connection != null) {
            connection.close();
        }
        ended.complete(result);
    }

    /** Sends the request as soon as it can be, and hears the answer. */
    ChannelHandler handler(FullHttpRequest request) {
        return new Handler(request);
    }

    private final class Handler extends ChannelInboundHandlerAdapter {
        private final FullHttpRequest request;
        private @Nullable HttpResponse head;
        private int bodyBytes;

        private Handler(FullHttpRequest request) {
            this.request = request;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            connection = ctx.channel();
            if (isOver()) {
                ctx.close();
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            // With TLS this waits in the handler for the handshake: nothing leaves before the server was found to be
            // the right one.
            ctx.writeAndFlush(request);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
                end(Outcome.UNREACHABLE);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                if (message instanceof HttpResponse response) {
                    if (response.decoderResult().isFailure()) {
                        end(Outcome.UNREACHABLE);
                    } else if (!HttpStatusClass.INFORMATIONAL.equals(
                            response.status().codeClass())) {
                        head = response;
                    }
                }
                if (message instanceof HttpContent content) {
                    onBody(content);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        /** Nothing of the body is looked at; it is read so that the server sees its answer taken. */
        private void onBody(HttpContent content) {
            bodyBytes += content.content().readableBytes();
            if (head != null && (content instanceof LastHttpContent || bodyBytes > WebhookLimits.ANSWER_BYTES)) {
                end(resultOf(head));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            // Whoever said 2xx and broke off in the body took the events.
            end(head == null ? WebhookAttempt.without(Outcome.UNREACHABLE) : resultOf(head));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end(head == null ? WebhookAttempt.without(Outcome.UNREACHABLE) : resultOf(head));
        }
    }

    private static WebhookAttempt resultOf(HttpResponse head) {
        int status = head.status().code();
        boolean accepted = HttpStatusClass.SUCCESS.equals(head.status().codeClass());
        return new WebhookAttempt(
                accepted ? Outcome.ACCEPTED : Outcome.REFUSED,
                status,
                retryAfterMillis(head.headers().get(HttpHeaderNames.RETRY_AFTER)));
    }

    /** Seconds alone: a date would be by the other's clock. */
    private static long retryAfterMillis(@Nullable String header) {
        if (header == null || header.length() > 6 || !header.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        return header.isEmpty() ? 0 : TimeUnit.SECONDS.toMillis(Long.parseLong(header));
    }
}
