package io.tandem.relay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentRole;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.session.SessionWorld;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RestTest {
    private static final String SESSION = "/v1/sessions/" + SessionWorld.SESSION;
    private static final String OTHER = "/v1/sessions/" + SessionWorld.OTHER_SESSION;
    private static final String SHARED = "{\"mode\":\"shared\"}";

    private final HttpWorld http = new HttpWorld(true, null);
    private final String ada = http.bearer(SessionWorld.ADA);
    private final String bob = http.bearer(SessionWorld.BOB);

    @AfterEach
    void close() {
        http.close();
    }

    private HttpWorld.Reply invite(String bearer, String session) {
        return http.post(session + "/invitations", bearer, SHARED);
    }

    @Test
    void shouldListTheWaitingConsumersOfTheAgentsBrand() {
        http.sessions.open(SessionWorld.SESSION).consumer();
        http.sessions.loop.advance(1500);
        HttpWorld.Reply list = http.get("/v1/sessions?state=waiting", ada);
        assertThat(list.status()).isEqualTo(200);
        assertThat(list.header("content-type")).isEqualTo("application/json");
        assertThat(list.header("cache-control")).isEqualTo("no-store");
        assertThat(list.body())
                .isEqualTo("{\"sessions\":[{\"id\":\"" + SessionWorld.SESSION
                        + "\",\"state\":\"waiting\",\"waitingMillis\":1500,\"askingMillis\":null,"
                        + "\"page\":{\"origin\":\"https://shop.example\",\"path\":\"/cart\"},\"invitable\":true}]}");
        AgentIdentity stranger = new AgentIdentity(SessionWorld.OTHER_BRAND, "x", "X");
        assertThat(http.get("/v1/sessions", http.bearer(stranger)).body()).isEqualTo("{\"sessions\":[]}");
        assertThat(http.get("/v1/sessions?state=active", ada).body()).isEqualTo("{\"sessions\":[]}");
    }

    @Test
    void shouldListAConsumerWhosePathHoldsHalfACharacter() {
        http.sessions
                .open(SessionWorld.SESSION)
                .send(
                        FrameType.HELLO,
                        "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"test\",\"brand\":\"demo\",\"lz4\":true,"
                                + "\"page\":{\"origin\":\"" + SessionWorld.ORIGIN + "\",\"path\":\"/\\ud83d\"}}");
        HttpWorld.Reply list = http.get("/v1/sessions", ada);
        assertThat(list.status()).isEqualTo(200);
        assertThat(list.body()).contains("\"path\":\"/\\uD83D\"");
    }

    @Test
    void shouldInviteAndShowAndWithdraw() {
        http.sessions.open(SessionWorld.SESSION).consumer();
        HttpWorld.Reply created = invite(ada, SESSION);
        assertThat(created.status()).isEqualTo(201);
        String id = SessionWorld.member(created.body(), "invitation");
        assertThat(created.body())
                .isEqualTo("{\"invitation\":\"" + id + "\",\"state\":\"offered\",\"mode\":\"shared\","
                        + "\"expiresInMillis\":120000,\"session\":\"" + SessionWorld.SESSION + "\",\"grant\":\""
                        + SessionWorld.member(created.body(), "grant") + "\",\"channel\":\"" + SESSION
                        + "/channel\"}");
        String path = created.header("location");
        assertThat(path).isEqualTo(SESSION + "/invitations/" + id);
        HttpWorld.Reply shown = http.get(path, ada);
        assertThat(SessionWorld.member(shown.body(), "state")).isEqualTo("offered");
        assertThat(shown.body()).doesNotContain("grant");
        assertThat(http.send("DELETE", path, bob, "").problem()).isEqualTo("not-yours");
        assertThat(http.send("DELETE", path, ada, "").status()).isEqualTo(204);
        assertThat(SessionWorld.member(http.get(path, ada).body(), "state")).isEqualTo("withdrawn");
        assertThat(http.send("DELETE", path, ada, "").problem()).isEqualTo("too-late");
    }

    @Test
    void shouldShowAndEndASession() {
        http.sessions.pair(Mode.SHARED);
        HttpWorld.Reply shown = http.get(SESSION, ada);
        assertThat(shown.body())
                .contains("\"state\":\"active\"", "\"mode\":\"shared\"", "\"name\":\"Ada\"", "\"present\":true");
        assertThat(http.send("DELETE", SESSION, bob, "").problem()).isEqualTo("not-yours");
        assertThat(http.send("DELETE", SESSION, ada, "").status()).isEqualTo(204);
        assertThat(http.get(SESSION, ada).body()).contains("\"state\":\"ended\"", "\"reason\":\"agent-ended\"");
        http.sessions.loop.advance(10_000);
        assertThat(http.get(SESSION, ada).problem()).isEqualTo("no-such-session");
    }

    @Test
    void shouldTellAnAgentThatItIsEngagedAlready() {
        http.sessions.open(SessionWorld.SESSION).consumer();
        http.sessions.open(SessionWorld.OTHER_SESSION).consumer();
        invite(ada, SESSION);
        HttpWorld.Reply busy = invite(ada, OTHER);
        assertThat(busy.status()).isEqualTo(409);
        assertThat(busy.problem()).isEqualTo("agent-busy");
        assertThat(busy.body()).contains("the agent has a pending invitation");
        HttpWorld.Reply taken = invite(bob, SESSION);
        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.problem()).isEqualTo("session-busy");
        assertThat(invite(bob, OTHER).status()).isEqualTo(201);
    }

    private String supervisor() {
        return http.bearer(new AgentIdentity(SessionWorld.BRAND, "grace", "Grace", AgentRole.SUPERVISOR));
    }

    @Test
    void shouldLetASupervisorWatchALiveSessionAndNothingMore() {
        SessionWorld.Pair pair = http.sessions.pair(Mode.SHARED);
        assertThat(http.get("/v1/sessions?state=active", supervisor()).status()).isEqualTo(200);
        HttpWorld.Reply granted = http.post(SESSION + "/observers", supervisor(), "");
        assertThat(granted.status()).isEqualTo(201);
        assertThat(granted.header("cache-control")).isEqualTo("no-store");
        String grant = SessionWorld.member(granted.body(), "grant");
        SessionWorld.Client watching = http.sessions.open(SessionWorld.SESSION).guest("observer", grant);
        assertThat(watching.outlet.takeTypes()).contains(FrameType.WELCOME);
        assertThat(http.sessions
                        .open(SessionWorld.SESSION)
                        .guest("agent", grant)
                        .outlet
                        .closeCode())
                .as("an observer's grant makes no agent")
                .isEqualTo(CloseCode.NOT_AUTHENTICATED);
        assertThat(pair.consumer.outlet.closeCode()).isNull();
        for (HttpWorld.Reply reply : List.of(
                invite(supervisor(), SESSION),
                http.send("DELETE", SESSION, supervisor(), ""),
                http.get(SESSION + "/invitations/x", supervisor()),
                http.send("DELETE", SESSION + "/invitations/x", supervisor(), ""))) {
            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.problem()).isEqualTo("not-for-this-role");
            assertThat(reply.body()).contains("\"allowed\":[\"agent\"]");
        }
    }

    @Test
    void shouldLetOnlySupervisorsWatchAndOnlyLiveSessionsOfTheirBrand() {
        http.sessions.open(SessionWorld.OTHER_SESSION).consumer();
        assertThat(http.post(OTHER + "/observers", ada, "").problem()).isEqualTo("not-for-this-role");
        assertThat(http.post(OTHER + "/observers", supervisor(), "").problem()).isEqualTo("not-observable");
        AgentIdentity stranger = new AgentIdentity(SessionWorld.OTHER_BRAND, "x", "X", AgentRole.SUPERVISOR);
        assertThat(http.post(OTHER + "/observers", http.bearer(stranger), "").problem())
                .isEqualTo("no-such-session");
    }

    @Test
    void shouldSayWhatIsWrongWithATokenAsOAuthDoes() {
        HttpWorld.Reply reply = http.get("/v1/sessions", "Authorization: Bearer x.y.z\r\n");
        assertThat(reply.header("www-authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
        assertThat(http.get("/v1/sessions", ada + bob).status())
                .as("two tokens")
                .isEqualTo(401);
    }

    private record Fault(
            String name,
            String method,
            String path,
            boolean signedIn,
            String headers,
            String body,
            int status,
            String problem,
            String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Fault get(String name, String path, int status, String problem, String says) {
        return new Fault(name, "GET", path, true, "", "", status, problem, says);
    }

    private static Fault post(String name, String body, int status, String problem, String says) {
        return new Fault(
                name,
                "POST",
                SESSION + "/invitations",
                true,
                "Content-Type: application/json\r\n",
                body,
                status,
                problem,
                says);
    }

    static List<Fault> faults() {
        return List.of(
                new Fault("no token", "GET", "/v1/sessions", false, "", "", 401, "not-authenticated", "Bearer"),
                new Fault(
                        "a basic password",
                        "GET",
                        "/v1/sessions",
                        false,
                        "Authorization: Basic eA==\r\n",
                        "",
                        401,
                        "not-authenticated",
                        "Bearer"),
                new Fault(
                        "nonsense for a token",
                        "GET",
                        "/v1/sessions",
                        false,
                        "Authorization: Bearer x.y.z\r\n",
                        "",
                        401,
                        "not-authenticated",
                        "signed JWT"),
                new Fault(
                        "a browser elsewhere",
                        "GET",
                        "/v1/sessions",
                        true,
                        "Origin: https://evil.example\r\n",
                        "",
                        403,
                        "origin-not-allowed",
                        "desks"),
                get(
                        "state unknown",
                        "/v1/sessions?state=lost",
                        400,
                        "bad-parameter",
                        "\"waiting\",\"active\",\"paused\""),
                get("ended is not listed", "/v1/sessions?state=ended", 400, "bad-parameter", "\"allowed\""),
                get("unknown session", OTHER, 404, "no-such-session", "brand"),
                get("not even an id", "/v1/sessions/x", 404, "no-such-session", "brand"),
                get("unknown invitation", SESSION + "/invitations/x", 404, "no-such-invitation", "invitation"),
                get("unknown path", "/v1/nothing", 404, "not-found", "path"),
                get("a slash too many", "/v1/sessions/", 404, "no-such-session", "brand"),
                get("a broken escape", "/v1/%zz", 400, "bad-request", "percent"),
                new Fault("wrong method", "PUT", "/v1/sessions", true, "", "", 405, "method-not-allowed", "GET"),
                new Fault("end of an unknown session", "DELETE", OTHER, true, "", "", 404, "no-such-session", "brand"),
                new Fault(
                        "withdrawal of an unknown one",
                        "DELETE",
                        SESSION + "/invitations/x",
                        true,
                        "",
                        "",
                        404,
                        "no-such-invitation",
                        "invitation"),
                new Fault("end of what is not the agent's", "DELETE", SESSION, true, "", "", 403, "not-yours", "began"),
                new Fault(
                        "a form's body",
                        "POST",
                        SESSION + "/invitations",
                        true,
                        "Content-Type: text/plain\r\n",
                        SHARED,
                        415,
                        "unsupported-media-type",
                        "application/json"),
                post("no body", "", 400, "bad-body", "not a JSON object"),
                post("bad JSON", "{\"mode\":", 400, "bad-body", "well-formed"),
                post("two bodies", SHARED + "{}", 400, "bad-body", "follows"),
                post("mode missing", "{}", 400, "bad-body", "\"allowed\":[\"view-only\",\"shared\"]"),
                post("mode no text", "{\"mode\":[\"shared\"]}", 400, "bad-body", "mode is missing"),
                post("mode unknown", "{\"mode\":\"god\"}", 400, "bad-body", "\"allowed\":[\"view-only\",\"shared\"]"),
                post("mode twice", "{\"mode\":\"shared\",\"mode\":\"shared\"}", 400, "bad-body", "well-formed"),
                post("16 KiB and one", " ".repeat(16 * 1024 + 1), 413, "too-large", "16384"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void shouldAnswerWithAProblem(Fault fault) {
        http.sessions.open(SessionWorld.SESSION).consumer();
        HttpWorld.Reply reply =
                http.send(fault.method(), fault.path(), (fault.signedIn() ? ada : "") + fault.headers(), fault.body());
        assertThat(reply.status()).isEqualTo(fault.status());
        assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
        assertThat(reply.problem()).isEqualTo(fault.problem());
        assertThat(SessionWorld.member(reply.body(), "status")).isEqualTo(Integer.toString(fault.status()));
        assertThat(SessionWorld.member(reply.body(), "title")).isNotBlank();
        assertThat(reply.body()).contains("\"detail\":", fault.says()).doesNotContain("Exception", "\tat ");
        assertThat(reply.header("x-content-type-options")).isEqualTo("nosniff");
    }

    @Test
    void shouldNameTheAllowedMethodsAndTheSchemeInHeaders() {
        assertThat(http.send("PUT", "/v1/sessions", ada, "").header("allow")).isEqualTo("GET, HEAD");
        assertThat(http.get("/v1/sessions").header("www-authenticate")).isEqualTo("Bearer");
        assertThat(http.send("POST", "/healthz", "", "").header("allow")).isEqualTo("GET, HEAD");
    }

    @Test
    void shouldLetTheBrandsDesksCallAcrossOrigins() {
        String desk = "Origin: " + SessionWorld.DESK + "\r\n";
        HttpWorld.Reply preflight = http.send(
                "OPTIONS",
                SESSION + "/invitations",
                desk + "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n",
                "");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("access-control-allow-origin")).isEqualTo(SessionWorld.DESK);
        assertThat(preflight.header("access-control-allow-methods")).isEqualTo("POST");
        assertThat(preflight.header("access-control-allow-headers")).isEqualTo("authorization, content-type");
        assertThat(preflight.header("vary")).isEqualTo("Origin");
        assertThat(http.get("/v1/sessions", ada + desk).header("access-control-allow-origin"))
                .isEqualTo(SessionWorld.DESK);
        assertThat(http.get("/v1/sessions", desk).header("access-control-allow-origin"))
                .isEqualTo(SessionWorld.DESK);
    }

    @Test
    void shouldNotLetOthersCallAcrossOrigins() {
        String evil = "Origin: https://evil.example\r\n";
        HttpWorld.Reply preflight =
                http.send("OPTIONS", "/v1/sessions", evil + "Access-Control-Request-Method: GET\r\n", "");
        assertThat(preflight.status()).isEqualTo(403);
        assertThat(preflight.headers()).doesNotContainKey("access-control-allow-origin");
        assertThat(http.get("/v1/sessions", ada + evil).headers()).doesNotContainKey("access-control-allow-origin");
        AgentIdentity other = new AgentIdentity(SessionWorld.OTHER_BRAND, "x", "X");
        HttpWorld.Reply foreign =
                http.get("/v1/sessions", http.bearer(other) + "Origin: " + SessionWorld.DESK + "\r\n");
        assertThat(foreign.problem()).isEqualTo("origin-not-allowed");
    }

    @Test
    void shouldTakeTheRelaysOwnOriginForGranted() {
        assertThat(http.get("/v1/sessions", ada + "Origin: http://relay.example\r\n")
                        .status())
                .isEqualTo(200);
        assertThat(http.get("/v1/sessions", ada + "Origin: https://relay.example\r\n")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void shouldMakeAnybodyAnAgentInTheDemo() {
        http.sessions.open(SessionWorld.SESSION).consumer();
        HttpWorld.Reply reply = http.post("/agent/dev-token", "", "{\"name\":\"Eve\"}");
        assertThat(reply.status()).isEqualTo(200);
        String bearer = "Authorization: Bearer " + SessionWorld.member(reply.body(), "token") + "\r\n";
        assertThat(http.get("/v1/sessions", bearer).body()).contains(SessionWorld.SESSION);
        assertThat(http.post("/agent/dev-token", "", "{\"name\":\" \"}").problem())
                .isEqualTo("bad-body");
        assertThat(http.post("/agent/dev-token", "", "{\"name\":\"" + "x".repeat(41) + "\"}")
                        .body())
                .contains("allowed are 1 to 40");
        assertThat(http.post("/agent/dev-token", "Origin: https://evil.example\r\n", "{\"name\":\"Eve\"}")
                        .problem())
                .isEqualTo("origin-not-allowed");
    }

    @Test
    void shouldMakeNobodyAnAgentOutsideTheDemo() {
        HttpWorld production = new HttpWorld(false, null);
        assertThat(production.post("/agent/dev-token", "", "{\"name\":\"Eve\"}").status())
                .isEqualTo(404);
        production.close();
    }

    @Test
    void shouldTellBalancersHowItIs() {
        assertThat(http.get("/healthz").body()).isEqualTo("ok\n");
        assertThat(http.get("/readyz").status()).isEqualTo(200);
        http.ready = false;
        assertThat(http.get("/readyz").status()).isEqualTo(503);
        assertThat(http.get("/healthz").status()).isEqualTo(200);
        HttpWorld.Reply metrics = http.get("/metrics");
        assertThat(metrics.body()).isEqualTo("tandem_channels 0\n");
        assertThat(metrics.header("content-type")).startsWith("text/plain; version=0.0.4");
    }

    @Test
    void shouldAnswerPipelinedRequestsInTheirOrderAndCloseWhenAsked() {
        StringBuilder pipelined = new StringBuilder();
        for (String request : List.of("GET /healthz", "GET /readyz")) {
            pipelined.append(request).append(" HTTP/1.1\r\nHost: r\r\n\r\n");
        }
        http.write(pipelined
                .append("GET /nothing HTTP/1.1\r\nHost: r\r\nConnection: close\r\n\r\n")
                .toString());
        String all = http.raw();
        assertThat(all.indexOf("ok\n")).isPositive().isLessThan(all.indexOf("ready\n"));
        assertThat(all.indexOf("ready\n")).isLessThan(all.indexOf("not-found"));
        assertThat(http.isOpen()).isFalse();
    }

    @Test
    void shouldAnswerWhatIsNotHttpAndHangUp() {
        http.write("hello there\r\n\r\n");
        HttpWorld.Reply reply = http.read();
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.problem()).isEqualTo("bad-request");
        assertThat(http.isOpen()).isFalse();
    }
}
