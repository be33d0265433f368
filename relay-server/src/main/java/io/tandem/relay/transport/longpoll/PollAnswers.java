package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.tandem.relay.carrier.CarrierProblem;
import io.tandem.relay.frame.CloseCode;

/** The responses of the poll path. Pages of any origin may read them; no cache or proxy may keep, change or delay them. */
final class PollAnswers {
    /** How long a browser may remember the answer to a preflight: as long as the most patient of them does. */
    private static final int PREFLIGHT_SECONDS = 2 * 60 * 60;

    // Bytes already, as which they leave with every answer.
    private static final AsciiString ANY = AsciiString.cached("*");
    private static final AsciiString NEITHER_KEPT_NOR_CHANGED = AsciiString.cached("no-store, no-transform");
    private static final AsciiString ACCEL_BUFFERING = AsciiString.cached("x-accel-buffering");
    private static final AsciiString NO = AsciiString.cached("no");
    private static final AsciiString CONTENT_TYPE_OPTIONS = AsciiString.cached("x-content-type-options");
    private static final AsciiString NOSNIFF = AsciiString.cached("nosniff");

    /** One for all loops: it has nothing that could be released, and nobody writes to its headers. */
    private static final FullHttpResponse NOTHING = empty(headers());

    /** One for all loops, as well. */
    private static final FullHttpResponse PREFLIGHT = empty(headers()
            .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST")
            .set(
                    HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS,
                    String.join(", ", PollRequest.TOKEN, PollRequest.NUMBER, "Content-Type"))
            .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS));

    private PollAnswers() {}

    /** Records; takes ownership of the body. */
    static FullHttpResponse records(ByteBuf body) {
        HttpHeaders headers = headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_OCTET_STREAM)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        return response(HttpResponseStatus.OK, body, readable(headers));
    }

    /** Nothing to say for now, or frames were taken. */
    static FullHttpResponse nothing() {
        return NOTHING;
    }

    static FullHttpResponse preflight() {
        return PREFLIGHT;
    }

    /** The same answer, behind which the connection closes. Takes ownership. */
    static FullHttpResponse last(FullHttpResponse response) {
        // With headers of its own: the others may be those of all answers of their kind.
        FullHttpResponse last = response.replace(response.content());
        HttpUtil.setKeepAlive(last, false);
        return last;
    }

    static FullHttpResponse problem(ByteBufAllocator allocator, CarrierProblem problem) {
        FullHttpResponse response = problem.response(allocator);
        readable(response.headers());
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

    private static FullHttpResponse empty(HttpHeaders headers) {
        return response(HttpResponseStatus.NO_CONTENT, Unpooled.EMPTY_BUFFER, readable(headers));
    }

    private static FullHttpResponse response(HttpResponseStatus status, ByteBuf body, HttpHeaders headers) {
        return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body, headers, EmptyHttpHeaders.INSTANCE);
    }

    /** Not checked for what no header may have: all of them are written here. */
    private static HttpHeaders headers() {
        return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    }

    private static HttpHeaders readable(HttpHeaders headers) {
        return headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, ANY)
                .set(HttpHeaderNames.CACHE_CONTROL, NEITHER_KEPT_NOR_CHANGED)
                .set(ACCEL_BUFFERING, NO)
                .set(CONTENT_TYPE_OPTIONS, NOSNIFF);
    }
}
