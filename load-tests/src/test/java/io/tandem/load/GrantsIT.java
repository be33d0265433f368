package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.peer.Peer;
import io.tandem.load.peer.RelayRest;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Grants where they are not good, or no longer: at a real relay, over either carrier. */
class GrantsIT {
    private static final RunningRelay RELAY = new RunningRelay();
    private static final int NOT_AUTHENTICATED = 4401;
    private static final int NO_SUCH_SESSION = 4404;
    private static final int SESSION_ENDED = 4410;

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    /** With which code a HELLO with this secret is closed. */
    private static int close(String sessionId, CarrierKind carrier, String role, String name, String secret) {
        try (Peer peer = RELAY.peer(sessionId, carrier)) {
            peer.send(
                    FrameType.HELLO,
                    "{\"protocol\":[1,1],\"role\":\"" + role + "\",\"client\":\"test/1\",\"lz4\":true,\"" + name
                            + "\":\"" + secret + "\"}");
            return peer.awaitClosed().code();
        }
    }

    @ParameterizedTest
    @EnumSource(CarrierKind.class)
    void shouldBeGoodForOneSessionAndOneRoleAlone(CarrierKind carrier) {
        String mine = RELAY.sessionId();
        String others = RELAY.sessionId();
        try (SimulatedTag tag = RELAY.tag(mine, carrier);
                SimulatedTag other = RELAY.tag(others, carrier)) {
            String grant = RELAY.invite(mine, "shared");
            assertThat(close(others, carrier, "agent", "grant", grant)).isEqualTo(NOT_AUTHENTICATED);
            assertThat(close(mine, carrier, "observer", "grant", grant)).isEqualTo(NOT_AUTHENTICATED);
            assertThat(close(mine, carrier, "agent", "resume", grant)).isEqualTo(NOT_AUTHENTICATED);
            assertThat(close(mine, carrier, "agent", "grant", grant + "x")).isEqualTo(NOT_AUTHENTICATED);
            assertThat(close(mine, carrier, "agent", "grant", RELAY.freshToken()))
                    .isEqualTo(NOT_AUTHENTICATED);
            assertThat(close(RELAY.sessionId(), carrier, "agent", "grant", grant))
                    .isEqualTo(NO_SUCH_SESSION);
            tag.end();
            other.end();
        }
    }

    @ParameterizedTest
    @EnumSource(CarrierKind.class)
    void shouldBeGoodForNothingWhenTheSessionIsOver(CarrierKind carrier) {
        try (RunningRelay.Pair pair = RELAY.pair("shared", Riding.WEBSOCKET)) {
            String sessionId = pair.sessionId();
            String unused = "AAAAAAAAAAAAAAAAAAAAAA";
            pair.tag().end();
            pair.agent().peer().awaitClosed();
            assertThat(close(sessionId, carrier, "agent", "grant", unused)).isIn(NOT_AUTHENTICATED, SESSION_ENDED);
        }
    }

    @ParameterizedTest
    @EnumSource(CarrierKind.class)
    void shouldNotOutliveAnInvitationThatWasWithdrawn(CarrierKind carrier) {
        String sessionId = RELAY.sessionId();
        String token = RELAY.freshToken();
        try (SimulatedTag tag = RELAY.tag(sessionId, carrier)) {
            RelayRest.Answer invited = RELAY.rest().invite(token, sessionId, "shared");
            String path = "/v1/sessions/" + sessionId + "/invitations/"
                    + invited.json().text("invitation");
            String strangers = RELAY.freshToken();
            assertThat(RELAY.rest().call("DELETE", path, strangers, "").status())
                    .isEqualTo(403);
            assertThat(RELAY.rest().call("DELETE", path, token, "").status()).isEqualTo(204);
            String grant = invited.json().text("grant");
            // Whoever replays it is told what became of the invitation, and let in no further.
            assertThat(close(sessionId, carrier, "agent", "grant", grant)).isEqualTo(1000);
            tag.end();
        }
    }
}
