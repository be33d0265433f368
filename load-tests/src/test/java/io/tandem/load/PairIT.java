package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay.Pair;
import io.tandem.load.peer.Received;
import io.tandem.load.peer.RelayRest;
import io.tandem.load.peer.SimulatedAgent;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.frame.FrameType;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Riding.class)
class PairIT {
    private static final RunningRelay RELAY = new RunningRelay();
    private static final byte[] PLACE = {5, (byte) 0x80, 0, (byte) 0x80, 0};

    private final Riding riding;

    PairIT(Riding riding) {
        this.riding = riding;
    }

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    @Test
    void shouldBringThePageToTheAgentAndTheAgentsActionsToThePage() {
        try (Pair pair = RELAY.pair("shared", riding)) {
            byte[] keyframe = SimulatedTag.batchOf("<html>".repeat(5_000));
            pair.tag().keyframe(keyframe);
            assertThat(pair.agent().awaitPage(FrameType.KEYFRAME)).isEqualTo(keyframe);
            assertThat(pair.tag().peer().await(FrameType.PAGE_ACK).sender())
                    .isEqualTo(pair.agent().number());

            long sequence = pair.agent().act(FrameType.CLICK, pair.tag().epoch(), PLACE);
            Received click = pair.tag().apply(FrameType.CLICK);
            assertThat(click.sequence()).isEqualTo(sequence);
            assertThat(click.sender()).isEqualTo(pair.agent().number());
            assertThat(click.payload()).isEqualTo(PLACE);
            assertThat(pair.agent().peer().await(FrameType.VERDICT).payload())
                    .startsWith((byte) pair.agent().number(), (byte) sequence, (byte) 0);
        }
    }

    @Test
    void shouldForwardThePageInOrderAndWhole() {
        try (Pair pair = RELAY.pair("view-only", riding)) {
            Random random = new Random(3);
            int frames = 400;
            for (int i = 0; i < frames; i++) {
                pair.tag().mutations(text(random, i));
            }
            Random again = new Random(3);
            for (int i = 0; i < frames; i++) {
                assertThat(pair.agent().awaitPage(FrameType.MUTATIONS)).isEqualTo(text(again, i));
            }
        }
    }

    private static byte[] text(Random random, int i) {
        return ("change " + i + " " + "x".repeat(random.nextInt(3_000))).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldShowBothCursors() {
        try (Pair pair = RELAY.pair("view-only", riding)) {
            pair.agent().cursor(pair.tag().epoch(), PLACE);
            Received agents = pair.tag().peer().await(FrameType.CURSOR);
            assertThat(agents.sender()).isEqualTo(pair.agent().number());

            pair.tag().cursor(PLACE);
            Received consumers = pair.agent().peer().await(FrameType.CURSOR);
            assertThat(consumers.sender()).isNotEqualTo(agents.sender()).isNotZero();
            assertThat(consumers.payload()).isEqualTo(PLACE);
        }
    }

    @Test
    void shouldTellTheAgentWhatBecameOfTheInvitation() {
        String sessionId = RELAY.sessionId();
        try (SimulatedTag tag = RELAY.tag(sessionId, riding.tag());
                SimulatedAgent agent = RELAY.inviting(sessionId, "shared", riding.agent())) {
            tag.answerInvitation(false);
            agent.peer()
                    .await(
                            "declined INVITATION_STATE",
                            received -> received.is(FrameType.INVITATION_STATE)
                                    && received.json().text("state").equals("declined"));
        }
    }

    @Test
    void shouldLetAnAgentHaveOneSessionAtATime() {
        String token = RELAY.freshToken();
        String first = RELAY.sessionId();
        String second = RELAY.sessionId();
        try (SimulatedTag one = RELAY.tag(first, riding.tag());
                SimulatedTag other = RELAY.tag(second, riding.tag())) {
            assertThat(RELAY.rest().invite(token, first, "shared").status()).isEqualTo(201);
            RelayRest.Answer refused = RELAY.rest().invite(token, second, "shared");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.body()).contains("agent-busy");
            one.end();
            other.end();
        }
    }

    @Test
    void shouldGoOnAfterAReloadOfThePage() {
        try (Pair pair = RELAY.pair("view-only", riding)) {
            int epoch = pair.tag().epoch();
            pair.tag().close();
            try (SimulatedTag reloaded = RELAY.reload(pair.tag(), pair.sessionId(), riding.tag())) {
                assertThat(reloaded.epoch()).isEqualTo(epoch + 1);
                reloaded.keyframe(SimulatedTag.batchOf("the next page"));
                assertThat(pair.agent().awaitPage(FrameType.KEYFRAME)).isEqualTo(SimulatedTag.batchOf("the next page"));
            }
        }
    }

    @Test
    void shouldTellTheAgentWhyItEnded() {
        try (Pair pair = RELAY.pair("shared", riding)) {
            pair.tag().end();
            Received ended = pair.agent()
                    .peer()
                    .await(
                            "ended SESSION",
                            received -> received.is(FrameType.SESSION)
                                    && received.json().text("state").equals("ended"));
            assertThat(ended.json().text("reason")).isEqualTo("consumer-ended");
            assertThat(pair.agent().peer().awaitClosed().code()).isEqualTo(4410);
            assertThat(pair.tag().peer().awaitClosed().code()).isEqualTo(4410);
        }
    }

    @Test
    void shouldAnswerPings() {
        try (Pair pair = RELAY.pair("shared", riding)) {
            byte[] payload = "are you there?".getBytes(StandardCharsets.UTF_8);
            pair.agent().peer().send(FrameType.PING, 0, 0, 77, payload);
            Received pong = pair.agent().peer().await(FrameType.PONG);
            assertThat(pong.payload()).isEqualTo(payload);
            assertThat(pong.sequence()).isEqualTo(77);
        }
    }
}
