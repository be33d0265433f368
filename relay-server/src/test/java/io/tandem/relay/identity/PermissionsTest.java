package io.tandem.relay.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.FrameType;
import io.tandem.relay.testing.Vectors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PermissionsTest {
    /** waiting without a mode; active and paused with each; ended with none or each. */
    private static final int STATES_AND_MODES = 1 + 2 + 2 + 3;

    static List<Vectors.Vector> rows() {
        return Vectors.rows("permissions.json");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void shouldSayWhatTheVectorSays(Vectors.Vector row) {
        FrameType type = FrameType.valueOf(row.text("type"));
        assertThat(row.number("code")).isEqualTo(type.code());
        assertThat(said(Permissions.verdict(
                        role(row), state(row), row.has("mode") ? Mode.ofWireName(row.text("mode")) : null, type)))
                .isEqualTo(
                        switch (row.text("verdict")) {
                            case "refuse" -> "refuse " + row.text("reason");
                            case "close" -> "close " + row.number("close");
                            default -> row.text("verdict");
                        });
    }

    @Test
    void shouldBeHeldForEveryRoleStateModeAndType() {
        assertThat(rows()).hasSize(Role.values().length * STATES_AND_MODES * FrameType.values().length);
    }

    @Test
    void shouldOfferAnAgentWhatItMayDoInViewOnlyMode() {
        assertThat(Permissions.allowedNow(Role.AGENT, SessionState.ACTIVE, Mode.VIEW_ONLY))
                .containsExactly(
                        FrameType.SCROLL_TO,
                        FrameType.HIGHLIGHT,
                        FrameType.WIGGLE,
                        FrameType.CURSOR,
                        FrameType.CLICK_MARK,
                        FrameType.TYPING);
    }

    private static Role role(Vectors.Vector row) {
        return Arrays.stream(Role.values())
                .filter(role -> role.wireName().equals(row.text("role")))
                .findFirst()
                .orElseThrow();
    }

    private static SessionState state(Vectors.Vector row) {
        return Arrays.stream(SessionState.values())
                .filter(state -> state.wireName().equals(row.text("state")))
                .findFirst()
                .orElseThrow();
    }

    private static String said(Verdict verdict) {
        if (verdict instanceof Verdict.Refuse refuse) {
            return "refuse " + refuse.reason().wireName();
        }
        return verdict instanceof Verdict.Close close ? "close " + close.code().code() : "allow";
    }
}
