package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.tandem.relay.carrier.CarrierProblem;
import io.tandem.relay.frame.CloseCode;

/** The responses of the poll path. Pages of any origin may read them; no cache or proxy may keep, change or delay them. */
final class PollAnswers {
    /** How long a browser may remember the answer to a preflight: as long as the most patient of them does. */
    private static final int PREFLIGHT_SECONDS = 2 * 60 * 60;

    private PollAnswers() {}

    /** Records; takes ownership of the body. */
    static FullHttpResponse records(ByteBuf body) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        return readable(response);
    }

    /** Nothing to say for now, or frames were taken. */
    static FullHttpResponse nothing() {
        return readable(empty(HttpResponseStatus.NO_CONTENT));
    }

    static FullHttpResponse preflight() {
        FullHttpResponse response = empty(HttpResponseStatus.NO_CONTENT);
        response.headers()
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST")
                .set(
                        HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS,
                        String.join(", ", PollRequest.TOKEN, PollRequest.NUMBER, "Content-Type"))
                .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
        return readable(response);
    }

    static FullHttpResponse problem(ByteBufAllocator allocator, CarrierProblem problem) {
        FullHttpResponse response = readable(problem.response(allocator));
        if (problem.status().equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
            response.headers().set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, HttpHeaderNames.RETRY_AFTER);
        }
        return response;
    }

    /** No carrier has this token, or it is closed. */
    static FullHttpResponse noSuchCarrier(ByteBufAllocator allocator) {
        return problem(
                allocator,
                new CarrierProblem(
                        HttpResponseStatus.NOT_FOUND, "No carrier of this session has that token", "opening another"));
    }

    static FullHttpResponse tooLarge(ByteBufAllocator allocator, int allowedBytes) {
        return problem(
                allocator,
                new CarrierProblem(
                        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large", allowedBytes + " bytes"));
    }

    /** An opening that is not worth a carrier: its CLOSE. */
    static FullHttpResponse tooLargeAnOpening(ByteBufAllocator allocator, int bodyBytes) {
        PollRecords answer = new PollRecords(allocator);
        boolean isNoFrame = bodyBytes > LongPollLimits.SMALLEST_REQUEST_BYTES;
        CloseCode code = isNoFrame ? CloseCode.MESSAGE_TOO_BIG : CloseCode.MALFORMED;
        answer.close(
                code.code(),
                "an opening of " + bodyBytes + " bytes; allowed are " + LongPollLimits.OPENING_BYTES + " with HELLO");
        return records(answer.finish());
    }

    static FullHttpResponse badBody(ByteBufAllocator allocator, String allowed) {
        return problem(
                allocator,
                new CarrierProblem(HttpResponseStatus.BAD_REQUEST, "The body is not as it should be", allowed));
    }

    static FullHttpResponse noRoom(ByteBufAllocator allocator, String why) {
        return problem(allocator, CarrierProblem.noRoom(why));
    }

    static FullHttpResponse stopping(ByteBufAllocator allocator) {
        return problem(allocator, CarrierProblem.stopping());
    }

    private static FullHttpResponse empty(HttpResponseStatus status) {
        return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
    }

    private static FullHttpResponse readable(FullHttpResponse response) {
        response.headers()
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store, no-transform")
                .set("x-accel-buffering", "no")
                .set("x-content-type-options", "nosniff");
        return response;
    }
}
