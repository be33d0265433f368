package io.tandem.load.peer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The relay's REST interface, as an agent's desk calls it. */
public final class RelayRest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String root;

    /** Calls the relay at this address. */
    public RelayRest(InetSocketAddress relay) {
        root = "http://" + relay.getHostString() + ":" + relay.getPort();
    }

    /** An answer's status and its JSON. */
    public record Answer(int status, String body) {
        /** The body's members. */
        public JsonMembers json() {
            return JsonMembers.parse(body);
        }
    }

    /** Invites a session's consumer in the name of the token's agent. */
    public Answer invite(String token, String sessionId, String mode) {
        return call("POST", "/v1/sessions/" + sessionId + "/invitations", token, "{\"mode\":\"" + mode + "\"}");
    }

    /** Any call. */
    public Answer call(String method, String path, String token, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root + path))
                .timeout(PATIENCE)
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        try {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path + " had no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + path, e);
        }
    }
}
