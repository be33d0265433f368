package io.tandem.relay.bootstrap;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.tandem.relay.carrier.Deadline;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose request does not come in time, whose client does not take its answer, or that stands idle after one. A
 * request that has come may wait for its answer for as long as it takes.
 *
 * <p>Stands on both sides of the HTTP codec, in front of it for the first byte of a request and behind it for the last, and goes with
 * it at the upgrade.
 */
final class HttpDeadline extends ChannelDuplexHandler {
    /** What the connection waits for. */
    private enum Waiting {
        /** The first byte of a request. */
        IDLE,
        /** The rest of it. */
        REQUEST,
        /** The relay's answer. */
        ANSWER,
        /** The client, to take it. */
        TAKING
    }

    private final HttpLimits limits;
    private final FirstByte firstByte = new FirstByte();
    private Waiting waiting = Waiting.IDLE;

    /** A request was answered before it had come whole. */
    private boolean answeredEarly;

    /** Null while it stands in no pipeline. */
    private @Nullable Deadline deadline;

    /** What had not left when the client was looked at last. */
    private long pendingBytes;

    private HttpDeadline(HttpLimits limits) {
        this.limits = limits;
    }

    /** Adds the codec and the deadline around it. */
    static void addTo(ChannelPipeline pipeline, HttpServerCodec codec, HttpLimits limits) {
        HttpDeadline deadline = new HttpDeadline(limits);
        pipeline.addLast(deadline.firstByte).addLast(codec).addLast(deadline);
    }

    /** In front of the codec. */
    private final class FirstByte extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (waiting == Waiting.IDLE) {
                waiting = Waiting.REQUEST;
                closeAfter(ctx, limits.headerMillis());
            }
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = new Deadline(ctx.executor());
        closeAfter(ctx, limits.headerMillis());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        deadline().end();
        if (ctx.channel().isOpen()) {
            ctx.pipeline().remove(firstByte);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof LastHttpContent && waiting == Waiting.REQUEST) {
            deadline().clear();
            waiting = Waiting.ANSWER;
            if (answeredEarly) {
                answeredEarly = false;
                onTaken(ctx);
            }
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof LastHttpContent) || isInformational(message)) {
            ctx.write(message, promise);
        } else if (waiting == Waiting.REQUEST) {
            // The rest of the request stays due when it was.
            answeredEarly = true;
            ctx.write(message, promise);
        } else {
            waiting = Waiting.TAKING;
            ctx.write(message, promise.unvoid().addListener(written -> onTaken(ctx)));
            if (waiting == Waiting.TAKING) {
                closeUnlessTaken(ctx);
            }
        }
    }

    /** An answer that another will follow. That to an upgrade is the last of its kind, and has to be taken like any. */
    private static boolean isInformational(Object message) {
        return message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                && !response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
    }

    /** A slow link takes its time; one that takes nothing at all for as long as a connection may be idle is dead. */
    private void closeUnlessTaken(ChannelHandlerContext ctx) {
        pendingBytes = pendingBytes(ctx);
        deadline().set(() -> closeIfNothingWasTaken(ctx), limits.keepAliveMillis());
    }

    private void closeIfNothingWasTaken(ChannelHandlerContext ctx) {
        if (pendingBytes(ctx) < pendingBytes) {
            closeUnlessTaken(ctx);
        } else {
            ctx.close();
        }
    }

    private static long pendingBytes(ChannelHandlerContext ctx) {
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    private void onTaken(ChannelHandlerContext ctx) {
        if (waiting == Waiting.TAKING || waiting == Waiting.ANSWER) {
            waiting = Waiting.IDLE;
            closeAfter(ctx, limits.keepAliveMillis());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        deadline().end();
        ctx.fireChannelInactive();
    }

    private void closeAfter(ChannelHandlerContext ctx, long millis) {
        if (ctx.channel().isOpen()) {
            deadline().set(ctx::close, millis);
        } else {
            deadline().end();
        }
    }

    private Deadline deadline() {
        return Objects.requireNonNull(deadline, "it is in no pipeline");
    }
}
