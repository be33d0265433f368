package io.tandem.relay.transport.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One request, with nothing left to release.
 *
 * @param path decoded, without the query
 * @param query each name with its values
 * @param remote where it comes from, in front of trusted proxies
 * @param parts what the route's path left open, in order
 */
record Call(
        HttpMethod method,
        String path,
        Map<String, List<String>> query,
        HttpHeaders headers,
        Body body,
        boolean keepAlive,
        InetSocketAddress remote,
        List<String> parts) {

    /** A body of bounded size. */
    static final class Body {
        private final byte[] bytes;

        Body(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    static Call of(FullHttpRequest request, InetSocketAddress remote) throws Problem {
        if (request.decoderResult().isFailure()) {
            throw new Problem(ProblemType.BAD_REQUEST, "the request line or a header is malformed or too long");
        }
        try {
            QueryStringDecoder uri = new QueryStringDecoder(request.uri());
            return new Call(
                    request.method(),
                    uri.path(),
                    uri.parameters(),
                    request.headers(),
                    new Body(ByteBufUtil.getBytes(request.content())),
                    HttpUtil.isKeepAlive(request),
                    remote,
                    List.of());
        } catch (IllegalArgumentException e) {
            throw new Problem(ProblemType.BAD_REQUEST, "the path or query has a malformed percent escape");
        }
    }

    Call withParts(List<String> found) {
        return new Call(method, path, query, headers, body, keepAlive, remote, found);
    }

    /** The origin that a browser says the call comes from, unless that is the relay's own. */
    Optional<String> foreignOrigin() {
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        String host = headers.get(HttpHeaderNames.HOST);
        boolean own = origin == null
                || (host != null && (origin.equals("http://" + host) || origin.equals("https://" + host)));
        return own ? Optional.empty() : Optional.of(origin);
    }

    boolean isHead() {
        return method.equals(HttpMethod.HEAD);
    }
}
