package io.tandem.relay.identity;

import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lane;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one table over (role, state, mode, type) that says what a frame's sender may do, for every frame after HELLO.
 *
 * <p>Computed once from the rules below and held by {@code protocol/vectors/permissions.json}; a lookup allocates nothing.
 */
@SuppressWarnings("EnumOrdinal") // the table is computed at start from the same values that index it
public final class Permissions {
    private static final Verdict ALLOW = new Verdict.Allow();
    private static final Verdict NEVER = new Verdict.Close(CloseCode.FORBIDDEN);
    private static final Verdict SECOND_HELLO = new Verdict.Close(CloseCode.MALFORMED);

    private static final Role[] ROLES = Role.values();
    private static final SessionState[] STATES = SessionState.values();
    private static final FrameType[] TYPES = FrameType.values();

    /** Modes by ordinal, and before them the absence of one. */
    private static final int MODES = Mode.values().length + 1;

    /** What a client's program sends by itself: nothing that a person would be offered. */
    private static final Set<FrameType> FEEDBACK = EnumSet.of(
            FrameType.PAGE_ACK,
            FrameType.KEYFRAME_REQUEST,
            FrameType.RESUME,
            FrameType.RESOURCE_REQUEST,
            FrameType.SYNC);

    private static final Verdict[] TABLE = table();

    private Permissions() {}

    /** What becomes of a frame of this type from this role now; {@code mode} is null while nobody accepted an invitation. */
    public static Verdict verdict(Role role, SessionState state, @Nullable Mode mode, FrameType type) {
        return TABLE[index(role, state, mode == null ? 0 : mode.ordinal() + 1, type)];
    }

    /** What the role may do to or on the page now: the types of the page, action and pointer lanes that an ERROR frame offers. */
    public static List<FrameType> allowedNow(Role role, SessionState state, @Nullable Mode mode) {
        List<FrameType> allowed = new ArrayList<>();
        for (FrameType type : TYPES) {
            if (type.lane() != Lane.CONTROL
                    && !FEEDBACK.contains(type)
                    && verdict(role, state, mode, type) instanceof Verdict.Allow) {
                allowed.add(type);
            }
        }
        return List.copyOf(allowed);
    }

    private static Verdict[] table() {
        Verdict[] table = new Verdict[ROLES.length * STATES.length * MODES * TYPES.length];
        for (Role role : ROLES) {
            for (SessionState state : STATES) {
                for (FrameType type : TYPES) {
                    for (int mode = 0; mode < MODES; mode++) {
                        boolean shared = mode == Mode.SHARED.ordinal() + 1;
                        table[index(role, state, mode, type)] = rule(role, state, shared, type);
                    }
                }
            }
        }
        return table;
    }

    private static int index(Role role, SessionState state, int mode, FrameType type) {
        return ((role.ordinal() * STATES.length + state.ordinal()) * MODES + mode) * TYPES.length + type.ordinal();
    }

    private static Verdict rule(Role role, SessionState state, boolean shared, FrameType type) {
        boolean consumer = role == Role.CONSUMER;
        boolean agent = role == Role.AGENT;
        return switch (type) {
            case HELLO -> SECOND_HELLO;
            case PING, PONG -> ALLOW;
            case WELCOME, ERROR, GO_AWAY, INVITATION, INVITATION_STATE, SESSION, BUDGET, ASKED -> NEVER;
            case INVITATION_ANSWER -> consumer ? whileWaiting(state, RefusalReason.NO_SUCH_INVITATION) : NEVER;
            case ASK -> consumer ? whileWaiting(state, RefusalReason.NOT_WAITING) : NEVER;
            case PAUSE -> consumer ? whileLive(state) : NEVER;
            case END -> consumer || agent ? untilEnded(state) : NEVER;
            case SET_MODE -> consumer || agent ? whileLive(state) : NEVER;
            case KEYFRAME, MUTATIONS, ASSET -> consumer ? whileActive(state) : NEVER;
            case PAGE_ACK -> agent ? whileLive(state) : NEVER;
            case KEYFRAME_REQUEST -> consumer ? NEVER : whileActive(state);
            case RESUME, RESOURCE_REQUEST -> agent ? whileActive(state) : NEVER;
            case CLICK, INPUT, SELECT, KEY, NAVIGATE, FOCUS -> agent ? whileShared(state, shared) : NEVER;
            case SCROLL_TO, HIGHLIGHT, WIGGLE -> agent ? whileActive(state) : NEVER;
            case VERDICT, SYNC -> consumer ? whileLive(state) : NEVER;
            case CURSOR, CLICK_MARK, TYPING -> consumer || agent ? whileActive(state) : NEVER;
        };
    }

    private static Verdict whileWaiting(SessionState state, RefusalReason otherwise) {
        return state == SessionState.WAITING ? ALLOW : refuse(otherwise);
    }

    private static Verdict untilEnded(SessionState state) {
        return state == SessionState.ENDED ? refuse(RefusalReason.NOT_ACTIVE) : ALLOW;
    }

    private static Verdict whileLive(SessionState state) {
        return state.isLive() ? ALLOW : refuse(RefusalReason.NOT_ACTIVE);
    }

    private static Verdict whileActive(SessionState state) {
        return switch (state) {
            case ACTIVE -> ALLOW;
            case PAUSED -> refuse(RefusalReason.PAUSED);
            case WAITING, ENDED -> refuse(RefusalReason.NOT_ACTIVE);
        };
    }

    private static Verdict whileShared(SessionState state, boolean shared) {
        return state == SessionState.ACTIVE && !shared ? refuse(RefusalReason.MODE_FORBIDS) : whileActive(state);
    }

    private static Verdict refuse(RefusalReason reason) {
        return new Verdict.Refuse(reason);
    }
}
