package io.tandem.relay.carrier;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Why a request for a carrier is refused, as a problem document (RFC 9457).
 *
 * @param detail what came, in words of the relay's own: it is written into JSON as it stands
 * @param allowed what is allowed instead, of the same kind
 */
public record CarrierProblem(HttpResponseStatus status, String detail, String allowed) {
    /** As close code 4002 asks for. */
    private static final int RETRY_SECONDS = 5;

    private static final String COMING_AGAIN = "coming again in " + RETRY_SECONDS + " s or more";

    private static final String CONTENT_TYPE = "application/problem+json";

    /** The carrier that was asked for is switched off on this relay. */
    public static CarrierProblem switchedOff(String asked, String allowed) {
        return new CarrierProblem(
                HttpResponseStatus.FORBIDDEN, "This relay takes no channels over " + asked + ", see allowed", allowed);
    }

    /** The node has no room for what was asked, and will not have it at once: the response says when to come again. */
    public static CarrierProblem noRoom(String why) {
        return new CarrierProblem(HttpResponseStatus.SERVICE_UNAVAILABLE, why, COMING_AGAIN);
    }

    /** The node stops: another may take what was asked at once. */
    public static CarrierProblem stopping() {
        return new CarrierProblem(HttpResponseStatus.SERVICE_UNAVAILABLE, "The node stops", "another node");
    }

    /** The response for the wire; whether the connection goes on is for the caller to add. */
    public FullHttpResponse response(ByteBufAllocator allocator) {
        ByteBuf body = ByteBufUtil.writeUtf8(
                allocator,
                "{\"type\":\"about:blank\",\"title\":\"" + status.reasonPhrase() + "\",\"status\":" + status.code()
                        + ",\"detail\":\"" + detail + "\",\"allowed\":[\"" + allowed + "\"]}");
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, CONTENT_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .set("x-content-type-options", "nosniff");
        if (allowed.equals(COMING_AGAIN)) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, RETRY_SECONDS);
        }
        if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, allowed);
        }
        return response;
    }
}
