package io.tandem.relay.transport.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.tandem.relay.carrier.CarrierProblem;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The opening handshake: what a request to a channel's path must say (RFC 6455, section 4.2.1), and what is answered. */
sealed interface Handshake {
    /** The subprotocol that a client must offer and that the relay chooses. */
    String SUBPROTOCOL = "tandem.v1";

    /** The only version of WebSocket there is. */
    String WEBSOCKET_VERSION = "13";

    /** The upgrade takes place. */
    record Accepted(String sessionId, @Nullable String origin, String acceptKey, InetSocketAddress remote)
            implements Handshake {}

    /** It does not. */
    record Refused(CarrierProblem problem) implements Handshake {}

    /** Whether the request's path is a channel's, of whatever session id. */
    static boolean isFor(HttpRequest request) {
        return Paths.CHANNEL.matcher(request.uri()).matches();
    }

    /**
     * Judges a request that {@link #isFor} says is for a channel.
     *
     * @param remote whose it is
     */
    static Handshake judge(HttpRequest request, InetSocketAddress remote) {
        HttpHeaders headers = request.headers();
        Matcher path = Paths.CHANNEL.matcher(request.uri());
        if (!path.matches() || !Paths.SESSION_ID.matcher(path.group("id")).matches()) {
            return refuse(
                    HttpResponseStatus.BAD_REQUEST,
                    "the session id of the path",
                    "26 characters of [0-9a-hjkmnp-tv-z]");
        }
        if (path.group("query") != null) {
            return refuse(HttpResponseStatus.BAD_REQUEST, "a query", "none: secrets travel in HELLO");
        }
        if (!request.method().equals(HttpMethod.GET)) {
            return refuse(HttpResponseStatus.METHOD_NOT_ALLOWED, "the method", "GET");
        }
        if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            return refuse(HttpResponseStatus.BAD_REQUEST, "the HTTP version", "HTTP/1.1");
        }
        if (HttpUtil.getContentLength(request, 0L) != 0 || HttpUtil.isTransferEncodingChunked(request)) {
            return refuse(HttpResponseStatus.BAD_REQUEST, "a body", "none");
        }
        if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
            return refuse(HttpResponseStatus.UPGRADE_REQUIRED, "the Upgrade or Connection header", "websocket");
        }
        return judgeWebSocket(path.group("id"), headers, remote);
    }

    private static Handshake judgeWebSocket(String sessionId, HttpHeaders headers, InetSocketAddress remote) {
        if (!List.of(WEBSOCKET_VERSION).equals(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            return refuse(HttpResponseStatus.UPGRADE_REQUIRED, "Sec-WebSocket-Version", WEBSOCKET_VERSION);
        }
        List<String> keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        if (keys.size() != 1 || !Paths.KEY.matcher(keys.get(0)).matches()) {
            return refuse(HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Key", "16 bytes in base64, once");
        }
        if (!headers.containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL, false)) {
            return refuse(HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Protocol", SUBPROTOCOL);
        }
        List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
        if (origins.size() > 1) {
            return refuse(HttpResponseStatus.BAD_REQUEST, "more than one Origin", "one or none");
        }
        return new Accepted(sessionId, origins.isEmpty() ? null : origins.get(0), acceptKey(keys.get(0)), remote);
    }

    private static Refused refuse(HttpResponseStatus status, String what, String allowed) {
        return new Refused(new CarrierProblem(
                status, "This path opens a channel; not right is " + what + ", allowed is " + allowed, allowed));
    }

    /** The proof that the server has read the key as a WebSocket key (RFC 6455, section 4.2.2). */
    static String acceptKey(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            byte[] digest = sha1.digest((key + Paths.KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    /** The shapes that a handshake must have. */
    final class Paths {
        private static final Pattern CHANNEL = Pattern.compile("/v1/sessions/(?<id>[^/?]*)/channel(?<query>\\?.*)?");
        private static final Pattern SESSION_ID = Pattern.compile("[0-9a-hjkmnp-tv-z]{26}");
        private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{22}==");
        private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

        private Paths() {}
    }
}
