package io.tandem.relay.transport.http;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import java.util.List;

/** Gathers a request's body, and answers one that is too large as the REST interface answers everything. */
final class BoundedBody extends HttpObjectAggregator {
    /** More than any call needs, little enough for every connection to hold. */
    static final int MAX_BYTES = 16 << 10;

    BoundedBody() {
        super(MAX_BYTES);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        HttpResponse response = Answer.problem(
                        ProblemType.TOO_LARGE, "the body is over " + MAX_BYTES + " bytes", List.of())
                .response(false);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
