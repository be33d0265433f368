package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay.Pair;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.peer.Received;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.testing.Vectors;
import io.tandem.relay.testing.Vectors.Vector;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** In view-only, each type that acts is refused to the agent, with words, and the page hears nothing of it. */
@ParameterizedClass
@EnumSource(Riding.class)
class ForbiddenTypesIT {
    private static final RunningRelay RELAY = new RunningRelay();
    private static final byte[] PLACE = {5, (byte) 0x80, 0, (byte) 0x80, 0};

    private final Pair pair;

    ForbiddenTypesIT(Riding riding) {
        pair = RELAY.pair("view-only", riding);
    }

    @AfterEach
    void end() {
        pair.close();
    }

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    static List<Vector> refusedToTheAgent() {
        return Vectors.rows("permissions.json").stream()
                .filter(row ->
                        row.text("role").equals("agent") && row.text("state").equals("active"))
                .filter(row -> row.text("mode").equals("view-only")
                        && row.text("verdict").equals("refuse"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("refusedToTheAgent")
    void shouldRefuseAndDeliverNothing(Vector row) {
        FrameType type = FrameType.valueOf(row.text("type"));
        long sequence = pair.agent().act(type, pair.tag().epoch(), PLACE);

        JsonMembers error = pair.agent().peer().await(FrameType.ERROR).json();
        assertThat(error.text("reason")).isEqualTo("mode-forbids");
        assertThat(error.number("type")).isEqualTo(type.code());
        assertThat(error.number("sequence")).isEqualTo((int) sequence);
        assertThat(error.text("message")).contains(type.name());
        List<?> allowed = error.member("allowed", List.class);
        assertThat(allowed.contains("CURSOR")).isTrue();
        assertThat(allowed.contains(type.name())).isFalse();

        // What the agent sends next arrives next: so nothing was delivered before it.
        pair.agent().cursor(pair.tag().epoch(), PLACE);
        Received next = pair.tag().peer().await("any action or pointer frame", this::isOfTheAgent);
        assertThat(next.is(FrameType.CURSOR)).as(next.toString()).isTrue();
    }

    private boolean isOfTheAgent(Received received) {
        return received.sender() == pair.agent().number();
    }
}
