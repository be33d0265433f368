package io.tandem.relay.transport.longpoll;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import io.tandem.relay.carrier.CarrierProblem;
import io.tandem.relay.carrier.ClientAddress;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.Sessions;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a request to a session's poll path asks for, judged by its head. */
sealed interface PollRequest {
    /** Names the carrier. */
    String TOKEN = "Tandem-Token";

    /** Numbers the requests of a direction from 1. */
    String NUMBER = "Tandem-Request";

    /** The number of a request that has none, or one that cannot be: out of turn wherever it comes. */
    int NO_NUMBER = -1;

    /** A browser asks whether a page of another origin may call. */
    record Preflight() implements PollRequest {}

    /** A client finds out whether this path is open at all, before it says anything. */
    record Probe() implements PollRequest {}

    /** A new carrier. */
    record Open(String sessionId, @Nullable String origin, InetSocketAddress remote) implements PollRequest {}

    /** Frames for the client. */
    record Down(String sessionId, String token, int number) implements PollRequest {}

    /** Frames from the client. */
    record Up(String sessionId, String token, int number) implements PollRequest {}

    /** None of these. */
    record Refused(CarrierProblem problem) implements PollRequest {}

    /** Judges a request; null if its path is none for polling, of whatever session id. */
    static @Nullable PollRequest judge(Channel connection, HttpRequest request, Set<CarrierKind> offered) {
        String uri = request.uri();
        int idEnd = Shapes.idEnd(uri);
        return idEnd < 0 ? null : judge(connection, request, uri, idEnd, offered);
    }

    private static PollRequest judge(
            Channel connection, HttpRequest request, String uri, int idEnd, Set<CarrierKind> offered) {
        HttpMethod method = request.method();
        if (method.equals(HttpMethod.OPTIONS)) {
            // Answered even where the carrier is off: else a browser would not show the page why.
            return new Preflight();
        }
        if (!offered.contains(CarrierKind.LONG_POLL)) {
            return new Refused(CarrierProblem.switchedOff("long-poll", CarrierKind.labels(offered)));
        }
        String id = uri.substring(Shapes.BEFORE_ID.length(), idEnd);
        if (!Sessions.isSessionId(id)) {
            return refuse("the session id of the path", "26 characters of [0-9a-hjkmnp-tv-z]");
        }
        if (uri.length() > idEnd + Shapes.BEHIND_ID.length()) {
            return refuse("a query", "none: secrets travel in headers and bodies");
        }
        String token = request.headers().get(Shapes.TOKEN_NAME);
        if (method.equals(HttpMethod.POST)) {
            return token == null
                    ? open(connection, id, request.headers())
                    : new Up(id, token, number(request.headers()));
        }
        if (!method.equals(HttpMethod.GET)) {
            return new Refused(new CarrierProblem(
                    HttpResponseStatus.METHOD_NOT_ALLOWED, "This path takes other methods", "GET, POST, OPTIONS"));
        }
        return token == null ? new Probe() : new Down(id, token, number(request.headers()));
    }

    /** How long the head was on the wire, as clients write it. */
    static int headBytes(HttpRequest request) {
        int bytes = request.method().name().length()
                + request.uri().length()
                + request.protocolVersion().text().length()
                + Shapes.LINE_BYTES
                + Shapes.END_BYTES;
        // As they are: the other iterator makes strings of names and values.
        Iterator<Map.Entry<CharSequence, CharSequence>> headers =
                request.headers().iteratorCharSequence();
        while (headers.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = headers.next();
            bytes += header.getKey().length() + header.getValue().length() + Shapes.LINE_BYTES;
        }
        return bytes;
    }

    private static PollRequest open(Channel connection, String sessionId, HttpHeaders headers) {
        List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
        return origins.size() > 1
                ? refuse("more than one Origin", "one or none")
                : new Open(sessionId, origins.isEmpty() ? null : origins.get(0), ClientAddress.of(connection, headers));
    }

    private static int number(HttpHeaders headers) {
        Iterator<? extends CharSequence> numbers = headers.valueCharSequenceIterator(Shapes.NUMBER_NAME);
        int first = numbers.hasNext() ? Shapes.number(numbers.next()) : NO_NUMBER;
        return numbers.hasNext() ? NO_NUMBER : first;
    }

    private static Refused refuse(String what, String allowed) {
        return new Refused(new CarrierProblem(
                HttpResponseStatus.BAD_REQUEST,
                "This path is for polling; not right is " + what + ", allowed is " + allowed,
                allowed));
    }

    /** The shapes that a request must have. */
    final class Shapes {
        private static final String BEFORE_ID = "/v1/sessions/";
        private static final String BEHIND_ID = "/poll";

        private static final AsciiString TOKEN_NAME = AsciiString.cached(TOKEN);
        private static final AsciiString NUMBER_NAME = AsciiString.cached(NUMBER);

        /** A carrier that asked ten times a second would live for three years. */
        private static final int MAX_NUMBER_DIGITS = 9;

        private static final int TEN = 10;

        /** A line of the head has two separators of one byte each, and its end. */
        private static final int LINE_BYTES = 4;

        private static final int END_BYTES = 2;

        private Shapes() {}

        /** Where the session id of a path for polling ends; negative where the path is none. Whatever stands for the id is not looked at. */
        static int idEnd(String uri) {
            if (!uri.startsWith(BEFORE_ID)) {
                return -1;
            }
            int end = BEFORE_ID.length();
            while (end < uri.length() && uri.charAt(end) != '/' && uri.charAt(end) != '?') {
                end++;
            }
            int queryAt = end + BEHIND_ID.length();
            boolean isPath = uri.startsWith(BEHIND_ID, end) && (uri.length() == queryAt || isQuery(uri, queryAt));
            return isPath ? end : -1;
        }

        /** A question mark, and no end of a line behind it. */
        private static boolean isQuery(String uri, int at) {
            if (uri.charAt(at) != '?') {
                return false;
            }
            for (int i = at + 1; i < uri.length(); i++) {
                switch (uri.charAt(i)) {
                    case '\n', '\r', '\u0085', '\u2028', '\u2029' -> {
                        return false;
                    }
                    default -> {}
                }
            }
            return true;
        }

        /** A number of up to nine digits, of which the first is not 0. */
        static int number(CharSequence text) {
            if (text.isEmpty() || text.length() > MAX_NUMBER_DIGITS || text.charAt(0) == '0') {
                return NO_NUMBER;
            }
            int number = 0;
            for (int i = 0; i < text.length(); i++) {
                char digit = text.charAt(i);
                if (digit < '0' || digit > '9') {
                    return NO_NUMBER;
                }
                number = number * TEN + (digit - '0');
            }
            return number;
        }
    }
}
