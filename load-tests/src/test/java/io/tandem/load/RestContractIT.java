package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.peer.JsonMembers;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.bootstrap.RelayConfig;
import io.tandem.relay.bootstrap.RelayServer;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.testing.OpenApiContract;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a running relay answers is what its description says that it answers, for every operation there is. */
class RestContractIT {
    private static final OpenApiContract CONTRACT = OpenApiContract.ofTheRelay();
    private static final String SHARED = "{\"mode\":\"shared\"}";
    private static final int ANY_PORT = 0;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, Integer> operations = new HashMap<>();
    private String root = "";
    private String token = "";

    private String call(int expected, String method, String operation, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        Map<String, String> headers = new HashMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, values.get(0)));
        assertThat(response.statusCode()).as(method + " " + path).isEqualTo(expected);
        List<String> faults = CONTRACT.faults(
                method, path, expected, headers, headers.getOrDefault("content-type", ""), response.body());
        assertThat(faults).as(method + " " + path).isEmpty();
        operations.merge(method + " " + operation, 1, Integer::sum);
        return response.body();
    }

    @Test
    void shouldAnswerAsDescribed() throws Exception {
        try (RunningRelay relay = new RunningRelay()) {
            root = "http://127.0.0.1:" + relay.address().getPort();
            String session = relay.sessionId();
            String one = "/v1/sessions/{session}";
            String path = "/v1/sessions/" + session;
            try (SimulatedTag tag = relay.tag(session)) {
                call(401, "GET", "/v1/sessions", "/v1/sessions", "");
                token = relay.freshToken();
                call(200, "GET", "/v1/sessions", "/v1/sessions", "");
                call(400, "GET", "/v1/sessions", "/v1/sessions?state=ended", "");
                call(200, "GET", one, path, "");
                String invited = call(201, "POST", one + "/invitations", path + "/invitations", SHARED);
                call(409, "POST", one + "/invitations", path + "/invitations", SHARED);
                String invitation =
                        path + "/invitations/" + JsonMembers.parse(invited).text("invitation");
                call(200, "GET", one + "/invitations/{invitation}", invitation, "");
                call(204, "DELETE", one + "/invitations/{invitation}", invitation, "");
                call(409, "DELETE", one + "/invitations/{invitation}", invitation, "");
                tag.answerInvitation(false);
                call(201, "POST", one + "/invitations", path + "/invitations", SHARED);
                tag.answerInvitation(true);
                tag.peer().await("active", received -> received.toString().contains("\"state\":\"active\""));
                call(200, "GET", "/v1/sessions", "/v1/sessions?state=active", "");
                call(403, "POST", one + "/observers", path + "/observers", "");
                call(200, "GET", one, path, "");
                call(204, "DELETE", one, path, "");
                call(200, "GET", one, path, "");
                call(409, "DELETE", one, path, "");
            }
            call(404, "GET", one, "/v1/sessions/elsewhere", "");
            call(404, "POST", "/v1/invitations", "/v1/invitations", "{\"mode\":\"shared\",\"code\":\"123 456\"}");
            String frames = "/v1/brands/{brand}/frames";
            call(400, "GET", frames, "/v1/brands/demo/frames", "");
            call(200, "GET", frames, "/v1/brands/demo/frames?frame=https://a.example&around=https://b.example", "");
            call(200, "GET", "/healthz", "/healthz", "");
            call(200, "GET", "/readyz", "/readyz", "");
            call(200, "GET", "/metrics", "/metrics", "");
            assertThat(call(200, "GET", "/v1/openapi.json", "/v1/openapi.json", ""))
                    .isEqualTo(CONTRACT.text());
            call(405, "PUT", "", "/v1/sessions", "{}");
            call(404, "GET", "", "/v1/nothing", "");
        }
        asADemoAnswers();
        operations.remove("PUT ");
        operations.remove("GET ");
        assertThat(operations.keySet()).hasSameElementsAs(CONTRACT.operations());
    }

    private void asADemoAnswers() throws Exception {
        RelayConfig demo = RelayConfig.forDemo(
                ANY_PORT,
                Set.of(8080),
                Optional.empty(),
                Set.of(CarrierKind.WEBSOCKET),
                AgentSecret.of("s".repeat(32)));
        try (RelayServer server = RelayServer.start(demo)) {
            root = "http://localhost:" + server.port();
            call(200, "POST", "/agent/dev-token", "/agent/dev-token", "{\"name\":\"Ada\"}");
            call(400, "POST", "/agent/dev-token", "/agent/dev-token", "{\"name\":\"\"}");
        }
    }
}
