package io.tandem.relay.transport.http;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers a request's body, and answers one that is too large as the REST interface answers everything. */
final class BoundedBody extends HttpObjectAggregator {
    /** More than any call needs, little enough for every connection to hold. */
    static final int MAX_BYTES = 16 << 10;

    private static final String CONTINUE = HttpHeaderValues.CONTINUE.toString();

    BoundedBody() {
        super(MAX_BYTES);
    }

    /** Asked before the body is sent: as elsewhere, what is refused is refused with a problem. */
    @Override
    protected @Nullable Object newContinueResponse(HttpMessage start, int maxContentLength, ChannelPipeline pipeline) {
        String expected = start.headers().get(HttpHeaderNames.EXPECT);
        if (expected == null || start.decoderResult().isFailure()) {
            return null;
        }
        if (!HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected)) {
            return Answer.problem(ProblemType.EXPECTATION_FAILED, "the header Expect", List.of(CONTINUE))
                    .response(false);
        }
        if (HttpUtil.getContentLength(start, 0L) > maxContentLength) {
            return tooLarge();
        }
        return super.newContinueResponse(start, maxContentLength, pipeline);
    }

    private static FullHttpResponse tooLarge() {
        return Answer.problem(ProblemType.TOO_LARGE, "the body is over " + MAX_BYTES + " bytes", List.of())
                .response(false);
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        HttpResponse response = tooLarge();
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
