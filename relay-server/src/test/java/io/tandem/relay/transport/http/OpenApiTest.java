package io.tandem.relay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentRole;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.session.GuessLimits;
import io.tandem.relay.session.SessionWorld;
import io.tandem.relay.testing.OpenApiContract;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The description of the REST interface says what the code does, all of it and nothing else. */
class OpenApiTest {
    private static final OpenApiContract CONTRACT = OpenApiContract.ofTheRelay();

    /** Listed everywhere, and provoked by tests of their own: they are faults, and a node that stops. */
    private static final Set<String> NOT_FOR_THE_ASKING = Set.of("internal-error", "unavailable");

    private static final int BODY_OVER_THE_BOUND = BoundedBody.MAX_BYTES + 1;
    private static final String SESSION = "/v1/sessions/" + SessionWorld.SESSION;

    private static final AgentIdentity SUPERVISOR =
            new AgentIdentity(SessionWorld.BRAND, "grace", "Grace", AgentRole.SUPERVISOR);

    /** An operation and a problem that it is said to answer with. */
    record Promise(String operation, String problem, int status) {
        String method() {
            return operation.split(" ", 2)[0];
        }

        String path() {
            return operation.split(" ", 2)[1];
        }
    }

    static Stream<Promise> promises() {
        return CONTRACT.operations().stream()
                .flatMap(operation -> CONTRACT.problems(operation).entrySet().stream()
                        .filter(problem -> !NOT_FOR_THE_ASKING.contains(problem.getKey()))
                        .map(problem -> new Promise(operation, problem.getKey(), problem.getValue())));
    }

    /** A node with a consumer, and whatever else a problem needs. */
    private static final class Scene {
        private final HttpWorld http = new HttpWorld(true, null);
        private final SessionWorld.Client consumer =
                http.sessions.open(SessionWorld.SESSION).consumer();
        private final Promise promise;
        private String session = SESSION;
        private String invitation = "none";
        private String headers = http.bearer(SessionWorld.ADA);
        private String query = "";
        private String body;

        Scene(Promise promise) {
            this.promise = promise;
            if (isWatching()) {
                headers = http.bearer(SUPERVISOR);
            }
            this.body = switch (promise.method() + " " + promise.path()) {
                case "POST /agent/dev-token" -> "{\"name\":\"Ada\"}";
                case "POST /v1/invitations" -> withCode("000000");
                default -> promise.method().equals("POST") ? "{\"mode\":\"shared\"}" : "";
            };
        }

        private String withCode(String code) {
            return "{\"mode\":\"shared\",\"code\":\"" + code + "\"}";
        }

        /** The consumer's own code where that is what is missing. */
        private void readOut() {
            boolean hasOne = List.of("agent-busy", "session-busy", "too-many-invitations")
                    .contains(promise.problem());
            if (promise.path().equals("/v1/invitations") && hasOne) {
                consumer.send(FrameType.ASK, "{\"want\":\"code\"}");
                body = withCode(SessionWorld.member(
                        consumer.outlet.last(FrameType.ASKED).payload(), "code"));
            }
        }

        HttpWorld.Reply reply() {
            set();
            readOut();
            String json = body.isEmpty() || promise.problem().equals("unsupported-media-type")
                    ? ""
                    : "Content-Type: application/json\r\n";
            String path =
                    promise.path().replace("/v1/sessions/{session}", session).replace("{invitation}", invitation);
            try {
                return http.send(promise.method(), path + query, headers + json, body);
            } finally {
                http.close();
            }
        }

        private void set() {
            switch (promise.problem()) {
                case "bad-request" -> query = "?%zz";
                case "not-for-this-role" -> headers = otherRole();
                case "not-observable" -> {}
                case "too-large" -> body = " ".repeat(BODY_OVER_THE_BOUND);
                case "expectation-failed" -> headers += "Expect: the unexpected\r\n";
                case "not-authenticated" -> headers = "";
                case "origin-not-allowed" -> headers += "Origin: https://elsewhere.example\r\n";
                case "unsupported-media-type" -> headers += "Content-Type: text/plain\r\n";
                case "bad-body" -> body = "[]";
                case "bad-parameter" -> query = "?state=ended";
                case "no-such-session" -> session = "/v1/sessions/" + SessionWorld.OTHER_SESSION;
                case "no-such-invitation" -> invitation = "another";
                case "not-yours" -> invitation = invite("bob");
                case "too-late" -> {
                    invitation = invite("ada");
                    end();
                }
                case "agent-busy" -> {
                    http.sessions.open(SessionWorld.OTHER_SESSION).consumer();
                    http.sessions.invite(SessionWorld.ADA, SessionWorld.OTHER_SESSION, Mode.SHARED);
                }
                case "session-busy" -> invite("bob");
                case "too-many-invitations" -> inviteTooOften();
                case "no-such-code" -> {}
                case "too-many-guesses" -> {
                    for (int i = 0; i < GuessLimits.DEFAULTS.perAgent(); i++) {
                        http.post(promise.path(), headers, body);
                    }
                }
                default -> throw new AssertionError("nobody knows how to come to " + promise);
            }
        }

        private boolean isWatching() {
            return promise.path().endsWith("/observers");
        }

        private String otherRole() {
            return http.bearer(isWatching() ? SessionWorld.ADA : SUPERVISOR);
        }

        private String invite(String agent) {
            return http.sessions
                    .invite(
                            agent.equals("bob") ? SessionWorld.BOB : SessionWorld.ADA,
                            SessionWorld.SESSION,
                            Mode.SHARED)
                    .invitation()
                    .id();
        }

        private void end() {
            if (promise.path().contains("{invitation}")) {
                http.send("DELETE", SESSION + "/invitations/" + invitation, headers, "");
            } else {
                answer(true);
                consumer.send(FrameType.END, "{}");
            }
        }

        private void answer(boolean accept) {
            consumer.send(
                    FrameType.INVITATION_ANSWER, "{\"invitation\":\"" + invitation + "\",\"accept\":" + accept + "}");
            http.sessions.loop.runTasks();
        }

        private void inviteTooOften() {
            for (int i = 0; i < 32; i++) {
                invitation = invite("bob");
                answer(false);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("promises")
    void shouldAnswerWithEveryProblemThatIsListed(Promise promise) {
        HttpWorld.Reply reply = new Scene(promise).reply();
        assertThat(reply.problem() + " " + reply.status()).isEqualTo(promise.problem() + " " + promise.status());
    }

    @Test
    void shouldDescribeEveryRouteAndNothingElse() {
        HttpWorld http = new HttpWorld(true, null);
        try {
            List<String> routes = http.routes().stream()
                    .map(route -> route.replace("sessions/*", "sessions/{session}")
                            .replace("invitations/*", "invitations/{invitation}")
                            .replace("brands/*", "brands/{brand}"))
                    .toList();
            assertThat(routes).doesNotHaveDuplicates().hasSameElementsAs(CONTRACT.operations());
        } finally {
            http.close();
        }
    }

    @Test
    void shouldNameEveryProblemThatThereIs() {
        assertThat(CONTRACT.problems())
                .hasSameElementsAs(Arrays.stream(ProblemType.values())
                        .map(ProblemType::urn)
                        .toList());
        for (String operation : CONTRACT.operations()) {
            CONTRACT.problems(operation)
                    .forEach((problem, status) -> assertThat(ProblemType.valueOf(
                                            problem.replace('-', '_').toUpperCase(Locale.ROOT))
                                    .status()
                                    .code())
                            .as(operation + " " + problem)
                            .isEqualTo(status));
            assertThat(CONTRACT.problems(operation)).containsKey("internal-error");
        }
    }

    @Test
    void shouldListUnavailableWhereABrandsKeysOrASessionsLoopAreAsked() {
        assertThat(CONTRACT.operations().stream()
                        .filter(operation -> CONTRACT.problems(operation).containsKey("unavailable")))
                .containsExactlyInAnyOrder(
                        "GET /v1/sessions",
                        "GET /v1/sessions/{session}",
                        "POST /v1/sessions/{session}/observers",
                        "DELETE /v1/sessions/{session}",
                        "POST /v1/sessions/{session}/invitations",
                        "POST /v1/invitations",
                        "GET /v1/sessions/{session}/invitations/{invitation}",
                        "DELETE /v1/sessions/{session}/invitations/{invitation}");
        Answer stopping =
                HttpService.failed(new CompletionException(new RejectedExecutionException("the node has stopped")));
        assertThat(stopping.status().code()).isEqualTo(503);
        assertThat(stopping.response(false).headers().contains("retry-after")).isTrue();
    }

    @Test
    void shouldServeTheDescriptionToWhoeverAsks() {
        HttpWorld http = new HttpWorld(false, null);
        try {
            HttpWorld.Reply reply = http.get(OpenApi.PATH);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("content-type")).isEqualTo("application/json");
            assertThat(reply.body()).isEqualTo(CONTRACT.text());
        } finally {
            http.close();
        }
    }

    @Test
    void shouldFindWhatIsWrongWithAnAnswer() {
        Map<String, String> none = Map.of();
        String json = "application/json";
        assertThat(CONTRACT.faults("GET", "/v1/sessions", 200, none, json, "{\"sessions\":[]}"))
                .isEmpty();
        assertThat(CONTRACT.faults("GET", "/v1/sessions", 200, none, json, "{\"sessions\":[{}]}"))
                .isNotEmpty();
        assertThat(CONTRACT.faults("GET", "/v1/sessions", 200, none, json, "{\"sessions\":[],\"more\":1}"))
                .isNotEmpty();
        assertThat(CONTRACT.faults("GET", "/v1/sessions", 404, none, json, "{}"))
                .isNotEmpty();
    }
}
