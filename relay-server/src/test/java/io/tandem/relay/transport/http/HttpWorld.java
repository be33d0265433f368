package io.tandem.relay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.session.SessionWorld;
import io.tandem.relay.testing.OpenApiContract;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A node's HTTP service behind a real codec, to which a test speaks in text. */
final class HttpWorld {
    private static final OpenApiContract CONTRACT = OpenApiContract.ofTheRelay();

    static final Map<String, StaticFile> CLIENT = Map.of(
            "tandem.js", file("tandem.js", "tag()"),
            "tandem.js.map", file("tandem.js.map", "{}"),
            "demo/home/index.html", file("index.html", "<h1>home</h1>"),
            "demo/home/home.css", file("home.css", "h1{}"),
            "demo/shop/index.html", file("index.html", "<h1>shop</h1>"),
            "demo/shop/img/tent.svg", file("tent.svg", "<svg/>"),
            "demo/desk/index.html", file("index.html", "<h1>desk</h1>"));

    final SessionWorld sessions = new SessionWorld();
    final AgentTokens tokens = new AgentTokens(sessions.brands, () -> Instant.parse("2026-11-21T12:00:00Z"));
    boolean ready = true;
    private final HttpService service;
    private final EmbeddedChannel channel;

    HttpWorld(boolean demo, @Nullable Path site) {
        service = new HttpService(
                new HttpService.Parts(
                        sessions.sessions,
                        () -> sessions.brands,
                        tokens,
                        OperationEndpoints.of(() -> ready, () -> "tandem_channels 0\n", Runnable::run),
                        sessions.loop.ticker()),
                demo ? new HttpService.Demo(SessionWorld.BRAND, site, Runnable::run) : null,
                CLIENT);
        channel = new EmbeddedChannel(new HttpServerCodec());
        service.addTo(channel.pipeline());
    }

    static StaticFile file(String name, String text) {
        return new StaticFile(ContentTypes.ofOwn(name), text.getBytes(StandardCharsets.UTF_8));
    }

    /** A response as it went over the wire; header names in lower case. */
    record Reply(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        String problem() {
            return SessionWorld.member(body, "type").replace("urn:tandem:problem:", "");
        }
    }

    String bearer(AgentIdentity agent) {
        return "Authorization: Bearer " + tokens.issue(agent, Duration.ofMinutes(1)) + "\r\n";
    }

    /** The reply to a request whose headers end with a line end each. */
    Reply send(String method, String path, String headers, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String length = bytes.length == 0 ? "" : "Content-Length: " + bytes.length + "\r\n";
        write(method + " " + path + " HTTP/1.1\r\nHost: relay.example\r\n" + headers + length + "\r\n" + body);
        Reply reply = read();
        if (isOfTheInterface(method, path)) {
            assertThat(CONTRACT.faults(
                            method, path, reply.status(), reply.headers(), reply.header("content-type"), reply.body()))
                    .as(method + " " + path)
                    .isEmpty();
        }
        return reply;
    }

    /** Files and preflights are the browser's, which no description of the interface speaks of. */
    private boolean isOfTheInterface(String method, String path) {
        boolean described = service.routes().methods(path.split("\\?", 2)[0]).contains(method);
        return described || (path.startsWith("/v1/") && !method.equals("OPTIONS"));
    }

    List<String> routes() {
        return service.routes().described();
    }

    Reply get(String path, String headers) {
        return send("GET", path, headers, "");
    }

    Reply get(String path) {
        return get(path, "");
    }

    Reply post(String path, String headers, String body) {
        return send("POST", path, "Content-Type: application/json\r\n" + headers, body);
    }

    /** Sends raw text, several requests if it likes. */
    void write(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
        channel.runPendingTasks();
        sessions.loop.runTasks();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Everything that was sent and not read yet, as text. */
    String raw() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            text.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }
        return text.toString();
    }

    Reply read() {
        String text = raw();
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new AssertionError("no response: " + text);
        }
        String[] lines = text.substring(0, end).split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip());
        }
        return new Reply(Integer.parseInt(lines[0].split(" ", 3)[1]), headers, text.substring(end + 4));
    }

    void close() {
        channel.finishAndReleaseAll();
    }
}
