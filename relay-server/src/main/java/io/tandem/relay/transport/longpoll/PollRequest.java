package io.tandem.relay.transport.longpoll;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.tandem.relay.carrier.CarrierProblem;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.Sessions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    record Open(String sessionId, @Nullable String origin) implements PollRequest {}

    /** Frames for the client. */
    record Down(String sessionId, String token, int number) implements PollRequest {}

    /** Frames from the client. */
    record Up(String sessionId, String token, int number) implements PollRequest {}

    /** None of these. */
    record Refused(CarrierProblem problem) implements PollRequest {}

    /** Whether the request's path is one for polling, of whatever session id. */
    static boolean isFor(HttpRequest request) {
        return Shapes.PATH.matcher(request.uri()).matches();
    }

    /** Judges a request that {@link #isFor} says is for polling. */
    static PollRequest judge(HttpRequest request, Set<CarrierKind> offered) {
        HttpMethod method = request.method();
        if (method.equals(HttpMethod.OPTIONS)) {
            // Answered even where the carrier is off: else a browser would not show the page why.
            return new Preflight();
        }
        if (!offered.contains(CarrierKind.LONG_POLL)) {
            return new Refused(CarrierProblem.switchedOff("long-poll", CarrierKind.labels(offered)));
        }
        Matcher path = Shapes.PATH.matcher(request.uri());
        if (!path.matches() || !Sessions.isSessionId(path.group("id"))) {
            return refuse("the session id of the path", "26 characters of [0-9a-hjkmnp-tv-z]");
        }
        if (path.group("query") != null) {
            return refuse("a query", "none: secrets travel in headers and bodies");
        }
        String id = path.group("id");
        String token = request.headers().get(TOKEN);
        if (method.equals(HttpMethod.POST)) {
            return token == null ? open(id, request.headers()) : new Up(id, token, number(request.headers()));
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
        for (Map.Entry<String, String> header : request.headers()) {
            bytes += header.getKey().length() + header.getValue().length() + Shapes.LINE_BYTES;
        }
        return bytes;
    }

    private static PollRequest open(String sessionId, HttpHeaders headers) {
        List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
        return origins.size() > 1
                ? refuse("more than one Origin", "one or none")
                : new Open(sessionId, origins.isEmpty() ? null : origins.get(0));
    }

    private static int number(HttpHeaders headers) {
        List<String> numbers = headers.getAll(NUMBER);
        return numbers.size() == 1 && Shapes.NUMBER.matcher(numbers.get(0)).matches()
                ? Integer.parseInt(numbers.get(0))
                : NO_NUMBER;
    }

    private static Refused refuse(String what, String allowed) {
        return new Refused(new CarrierProblem(
                HttpResponseStatus.BAD_REQUEST,
                "This path is for polling; not right is " + what + ", allowed is " + allowed,
                allowed));
    }

    /** The shapes that a request must have. */
    final class Shapes {
        private static final Pattern PATH = Pattern.compile("/v1/sessions/(?<id>[^/?]*)/poll(?<query>\\?.*)?");

        /** Up to nine digits: a carrier that asked ten times a second would live for three years. */
        private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

        /** A line of the head has two separators of one byte each, and its end. */
        private static final int LINE_BYTES = 4;

        private static final int END_BYTES = 2;

        private Shapes() {}
    }
}
