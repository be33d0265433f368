package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.tandem.load.RunningRelay.Pair;
import io.tandem.load.peer.Closed;
import io.tandem.load.peer.Peer;
import io.tandem.load.peer.SimulatedAgent;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.testing.Vectors;
import io.tandem.relay.testing.Vectors.Vector;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every bad frame earns what its vector says, while another pair goes on being served. */
@ParameterizedClass
@EnumSource(CarrierKind.class)
class BadFramesIT {
    private static final RunningRelay RELAY = new RunningRelay();
    private static final Pair BYSTANDERS = RELAY.pair("shared");
    private static int served;

    private final CarrierKind carrier;

    BadFramesIT(CarrierKind carrier) {
        this.carrier = carrier;
    }

    static List<Vector> badFrames() {
        return Vectors.rows("bad-frames.json");
    }

    @AfterAll
    static void stop() {
        BYSTANDERS.close();
        RELAY.close();
    }

    @AfterEach
    void shouldGoOnServingTheOthers() {
        byte[] batch = ("change " + served++).getBytes(StandardCharsets.UTF_8);
        BYSTANDERS.tag().mutations(batch);
        assertThat(BYSTANDERS.agent().awaitPage(FrameType.MUTATIONS)).isEqualTo(batch);
    }

    @ParameterizedTest
    @MethodSource("badFrames")
    void shouldEarn(Vector row) {
        String sessionId = RELAY.sessionId();
        try (SimulatedTag tag = RELAY.tag(sessionId, carrier);
                SimulatedAgent agent =
                        RELAY.inviting(sessionId, row.has("mode") ? row.text("mode") : "shared", carrier);
                Peer silent = RELAY.peer(sessionId, carrier)) {
            enter(row.text("state"), tag, agent);
            Peer sender = row.flag("first") ? silent : row.text("role").equals("agent") ? agent.peer() : tag.peer();
            sender.sendMessage(message(row));
            if (row.has("closeCode")) {
                Closed closed = sender.awaitClosed();
                assertThat(closed.code()).as(closed.reason()).isEqualTo((int) row.number("closeCode"));
                assertThat(closed.reason()).as("the reason").isNotEmpty();
            } else {
                assertThat(sender.await(FrameType.ERROR).json().text("reason")).isEqualTo(row.text("error"));
                sender.send(FrameType.PING, "");
                sender.await(FrameType.PONG);
            }
        }
    }

    private static void enter(String state, SimulatedTag tag, SimulatedAgent agent) {
        if (state.equals("waiting")) {
            return;
        }
        tag.answerInvitation(true);
        agent.awaitActive();
        if (state.equals("paused")) {
            tag.pause(true);
            agent.peer()
                    .await(
                            "paused SESSION",
                            received -> received.is(FrameType.SESSION)
                                    && received.json().text("state").equals("paused"));
        }
    }

    private static byte[] message(Vector row) {
        if (row.has("hex")) {
            return ByteBufUtil.decodeHexDump(row.text("hex"));
        }
        Vector repeat = new Vector(row.member("repeat", Map.class));
        byte[] prefix = ByteBufUtil.decodeHexDump(repeat.text("prefixHex"));
        byte[] message = Arrays.copyOf(prefix, prefix.length + (int) repeat.number("count"));
        Arrays.fill(message, prefix.length, message.length, ByteBufUtil.decodeHexDump(repeat.text("byteHex"))[0]);
        return message;
    }
}
