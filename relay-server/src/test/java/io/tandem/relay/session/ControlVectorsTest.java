package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.RefusalReason;
import io.tandem.relay.identity.ResourcePolicy;
import io.tandem.relay.identity.Role;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.metering.LinkQuality;
import io.tandem.relay.testing.Vectors;
import io.tandem.relay.testing.Vectors.Vector;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ControlVectorsTest {
    private static List<Vector> rows(String direction, boolean good) {
        return Vectors.rows("control.json").stream()
                .filter(row -> row.text("direction").equals(direction) && row.has("close") != good)
                .toList();
    }

    static List<Vector> goodFromClients() {
        // HELLO of a later protocol is read well and refused by whoever picks the version.
        return rows("to-relay", true);
    }

    static List<Vector> badFromClients() {
        return rows("to-relay", false).stream()
                .filter(row -> row.number("close") == CloseCode.MALFORMED.code())
                .toList();
    }

    static List<Vector> fromTheRelay() {
        return rows("to-client", true);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goodFromClients")
    void shouldReadWhatAClientSays(Vector row) throws FrameViolation {
        assertThat(read(row)).isEqualTo(row.members().get("expect"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badFromClients")
    void shouldCloseWithMalformedFor(Vector row) {
        assertThatThrownBy(() -> read(row))
                .isInstanceOfSatisfying(
                        FrameViolation.class,
                        violation -> assertThat(violation.code()).isEqualTo(CloseCode.MALFORMED))
                .hasMessageContaining(row.text("type"));
    }

    @Test
    void shouldCloseWithVersionWhereNoVersionIsCommon() {
        Vector row = Vectors.rows("control.json").stream()
                .filter(one -> one.text("name").equals("protocol too new"))
                .findFirst()
                .orElseThrow();
        SessionWorld.Client client = new SessionWorld()
                .open(SessionWorld.SESSION)
                .send(RecordingOutlet.control(FrameType.HELLO, 1, row.text("payload")));
        assertThat(client.outlet.closeCode()).isEqualTo(CloseCode.VERSION);
        assertThat(client.outlet.closeReason()).contains("the relay is older", "2 to 4");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fromTheRelay")
    void shouldWriteByteForByte(Vector row) {
        ByteBuf frame = write(FrameType.valueOf(row.text("type")), new Vector(row.member("expect", Map.class)));
        try {
            assertThat(FrameHeader.payload(frame).toString(StandardCharsets.UTF_8))
                    .isEqualTo(row.text("payload"));
            assertThat(FrameHeader.typeCode(frame))
                    .isEqualTo(FrameType.valueOf(row.text("type")).code());
            assertThat(FrameHeader.sender(frame)).isZero();
        } finally {
            frame.release();
        }
    }

    private static Map<String, @Nullable Object> read(Vector row) throws FrameViolation {
        ByteBuf payload = Unpooled.copiedBuffer(row.text("payload"), StandardCharsets.UTF_8);
        return switch (FrameType.valueOf(row.text("type"))) {
            case HELLO -> members(ControlPayload.hello(payload));
            case INVITATION_ANSWER -> {
                ControlPayload.Answer answer = ControlPayload.answer(payload);
                yield Map.of("invitation", answer.invitation(), "accept", answer.accept());
            }
            case SET_MODE -> Map.of("mode", ControlPayload.mode(payload).wireName());
            case PAUSE -> Map.of("paused", ControlPayload.paused(payload));
            case ASK -> Map.of("want", ControlPayload.asked(payload).wireName());
            case END -> {
                ControlPayload.end(payload);
                yield Map.of();
            }
            default -> throw new IllegalArgumentException(row.toString());
        };
    }

    private static Map<String, @Nullable Object> members(Hello hello) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("protocolLowest", (long) hello.protocolLowest());
        members.put("protocolHighest", (long) hello.protocolHighest());
        members.put("role", hello.role().wireName());
        members.put("client", hello.client());
        members.put("brand", hello.brand());
        members.put("grant", hello.grant());
        members.put("resume", hello.resume());
        members.put("lz4", hello.lz4());
        members.put("continues", hello.continues());
        members.put("attempt", hello.attempt());
        members.put("mark", hello.mark());
        Hello.Page page = hello.page();
        members.put("page", page == null ? null : Map.of("origin", page.origin(), "path", page.path()));
        return members;
    }

    private static ByteBuf write(FrameType type, Vector said) {
        return switch (type) {
            case WELCOME -> {
                ControlFrames.Welcome welcome = new ControlFrames.Welcome(
                        (int) said.number("participant"),
                        (int) said.number("epoch"),
                        said.text("resume"),
                        SessionLimits.DEFAULTS,
                        texts(said, "resourceOrigins"));
                yield ControlFrames.welcome(0, welcome, session(new Vector(said.member("session", Map.class))));
            }
            case SESSION -> ControlFrames.session(0, session(said));
            case INVITATION ->
                ControlFrames.invitation(
                        said.text("invitation"),
                        ofName(Mode.values(), Mode::wireName, said.text("mode")),
                        said.text("agent"),
                        said.number("expiresInMillis"));
            case INVITATION_STATE ->
                ControlFrames.invitationState(
                        0,
                        said.text("invitation"),
                        ofName(InvitationState.values(), InvitationState::wireName, said.text("state")));
            case ERROR ->
                ControlFrames.error(
                        ofName(RefusalReason.values(), RefusalReason::wireName, said.text("reason")),
                        said.text("message"),
                        ofName(FrameType.values(), of -> Long.toString(of.code()), Long.toString(said.number("type"))),
                        said.number("sequence"),
                        texts(said, "allowed").stream().map(FrameType::valueOf).toList());
            case GO_AWAY -> ControlFrames.goAway(said.number("withinMillis"));
            case BUDGET ->
                ControlFrames.budget(
                        LinkQuality.valueOf(said.text("quality").toUpperCase(Locale.ROOT)),
                        (int) said.number("allowedKbps"),
                        (int) said.number("measuredKbps"));
            case ASKED ->
                ControlFrames.asked(
                        ControlFrames.UNASKED,
                        ofName(AskedFor.values(), AskedFor::wireName, said.text("want")),
                        said.has("code") ? said.text("code") : null,
                        said.has("expiresInMillis") ? said.number("expiresInMillis") : 0);
            default -> throw new IllegalArgumentException(type.name());
        };
    }

    private static SessionView session(Vector said) {
        List<SessionView.ParticipantView> participants = ((List<?>) said.member("participants", List.class))
                .stream()
                        .map(each -> new Vector((Map<?, ?>) each))
                        .map(each -> new SessionView.ParticipantView(
                                (int) each.number("number"),
                                ofName(Role.values(), Role::wireName, each.text("role")),
                                each.text("name"),
                                each.flag("present")))
                        .toList();
        return new SessionView(
                said.text("id"),
                "demo",
                ofName(SessionState.values(), SessionState::wireName, said.text("state")),
                said.has("mode") ? ofName(Mode.values(), Mode::wireName, said.text("mode")) : null,
                said.has("modeAsked") ? ofName(Mode.values(), Mode::wireName, said.text("modeAsked")) : null,
                said.has("reason") ? ofName(EndReason.values(), EndReason::wireName, said.text("reason")) : null,
                participants,
                ofName(ResourcePolicy.values(), ResourcePolicy::wireName, said.text("resources")),
                0,
                null,
                null,
                false);
    }

    private static List<String> texts(Vector said, String name) {
        return ((List<?>) said.member(name, List.class))
                .stream().map(String::valueOf).toList();
    }

    private static <T> T ofName(T[] all, Function<T, String> name, String wanted) {
        return Arrays.stream(all)
                .filter(one -> name.apply(one).equals(wanted))
                .findFirst()
                .orElseThrow();
    }
}
