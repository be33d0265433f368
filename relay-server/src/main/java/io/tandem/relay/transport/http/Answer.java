package io.tandem.relay.transport.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a call is answered: a status, headers (names in lower case) and a whole body. */
final class Answer {
    private static final byte[] NOTHING = new byte[0];

    private final HttpResponseStatus status;
    private final Map<String, String> headers;
    private final byte[] body;

    private Answer(HttpResponseStatus status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    static Answer empty(HttpResponseStatus status) {
        return new Answer(status, Map.of(), NOTHING);
    }

    static Answer bytes(HttpResponseStatus status, String contentType, byte[] body) {
        return new Answer(status, Map.of(), body).with("content-type", contentType);
    }

    static Answer text(HttpResponseStatus status, String text) {
        return bytes(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8))
                .with("cache-control", "no-store");
    }

    static Answer json(HttpResponseStatus status, Json.Members members) {
        return bytes(status, "application/json", Json.object(members)).with("cache-control", "no-store");
    }

    static Answer problem(ProblemType type, String detail, List<String> allowed) {
        byte[] body = Json.object(json -> {
            json.writeStringField("type", type.urn());
            json.writeStringField("title", type.title());
            json.writeNumberField("status", type.status().code());
            json.writeStringField("detail", detail);
            if (!allowed.isEmpty()) {
                json.writeArrayFieldStart("allowed");
                for (String value : allowed) {
                    json.writeString(value);
                }
                json.writeEndArray();
            }
        });
        return bytes(type.status(), "application/problem+json", body).with("cache-control", "no-store");
    }

    /** Leads a browser elsewhere for good. */
    static Answer redirect(String location) {
        return empty(HttpResponseStatus.PERMANENT_REDIRECT).with("location", location);
    }

    /** The same answer with one header more, or another value for it. */
    Answer with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Answer(status, more, body);
    }

    CompletionStage<Answer> now() {
        return CompletableFuture.completedFuture(this);
    }

    HttpResponseStatus status() {
        return status;
    }

    /** The response for the wire. A HEAD's has the headers of the GET's, and no body. */
    FullHttpResponse response(boolean head) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(head ? NOTHING : body));
        headers.forEach(response.headers()::set);
        response.headers().set("x-content-type-options", "nosniff");
        if (!status.equals(HttpResponseStatus.NO_CONTENT) && !status.equals(HttpResponseStatus.NOT_MODIFIED)) {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        }
        return response;
    }
}
