package io.tandem.relay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.SessionWorld;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What desks learn of consumers who ask, and how agents invite by a code. */
class AskingRestTest {
    private static final String SESSION = "/v1/sessions/" + SessionWorld.SESSION;

    private final HttpWorld http = new HttpWorld(true, null);
    private final String ada = http.bearer(SessionWorld.ADA);

    @AfterEach
    void close() {
        http.close();
    }

    private static void ask(SessionWorld.Client consumer, String want) {
        consumer.send(FrameType.ASK, "{\"want\":\"" + want + "\"}");
    }

    private static String codeBody(String code) {
        return "{\"code\":\"" + code + "\",\"mode\":\"shared\"}";
    }

    @Test
    void shouldListThoseWhoAskForAnAgentAlone() {
        ask(http.sessions.open(SessionWorld.SESSION).consumer(), "agent");
        http.sessions.open(SessionWorld.OTHER_SESSION).consumer();
        http.sessions.loop.advance(700);
        assertThat(http.get("/v1/sessions?asking=true", ada).body())
                .contains(SessionWorld.SESSION, "\"askingMillis\":700")
                .doesNotContain(SessionWorld.OTHER_SESSION);
        assertThat(http.get("/v1/sessions?asking=perhaps", ada).status()).isEqualTo(400);
    }

    @Test
    void shouldInviteByACodeAsPeopleWriteIt() {
        SessionWorld.Client consumer = http.sessions.open(SessionWorld.SESSION).consumer();
        ask(consumer, "code");
        String code = SessionWorld.member(consumer.outlet.last(FrameType.ASKED).payload(), "code");
        HttpWorld.Reply created =
                http.post("/v1/invitations", ada, codeBody(code.substring(0, 3) + " - " + code.substring(3)));
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("location")).startsWith(SESSION + "/invitations/");
        assertThat(created.body()).contains("\"session\":\"" + SessionWorld.SESSION + "\"", "\"grant\":");
    }

    @Test
    void shouldSayWhyACodeIsNotTakenAndWhenTheNextIs() {
        assertThat(http.post("/v1/invitations", ada, codeBody("12345")).body()).contains("6 digits");
        for (int i = 0; i < 5; i++) {
            HttpWorld.Reply reply = http.post("/v1/invitations", ada, codeBody("123456"));
            assertThat(reply.status()).isEqualTo(404);
            assertThat(reply.body()).contains("urn:tandem:problem:no-such-code");
        }
        HttpWorld.Reply locked = http.post("/v1/invitations", ada, codeBody("123456"));
        assertThat(locked.status()).isEqualTo(429);
        assertThat(locked.body()).contains("urn:tandem:problem:too-many-guesses");
        assertThat(Integer.parseInt(String.valueOf(locked.header("retry-after"))))
                .isBetween(1, 601);
    }
}
