package io.tandem.relay.session;

import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.Role;
import org.jspecify.annotations.Nullable;

/**
 * One step of a session.
 *
 * @param brand the brand's key
 * @param session the session's id, which is no secret: a place is taken with a grant or a resume secret only
 * @param sequence 1 for the session's first event, one more for each that follows; what is missing was dropped
 * @param actor who made it happen, null where the relay did: a time ran out, or the node stopped
 */
public record AuditEvent(
        AuditKind kind,
        String brand,
        String session,
        int sequence,
        @Nullable Actor actor,
        Detail detail) {

    /**
     * One who takes part.
     *
     * @param participant the number in the session
     * @param agent the subject of the token by which an agent or observer came, null for the consumer
     */
    public record Actor(
            Role role, int participant, @Nullable String agent) {}

    /** What there is to say besides. */
    public sealed interface Detail {}

    /** Nothing. */
    public record None() implements Detail {
        /** The only one there need be. */
        public static final None NONE = new None();
    }

    /**
     * An invitation, however far it has come.
     *
     * @param agent who invites
     * @param origin of the consumer's page; its path is left to the desk's list, as it may name what a person looks at
     */
    public record Invited(
            String id, Actor agent, Mode mode, @Nullable String origin) implements Detail {}

    /** The mode that was asked for or is from now on, and the one before. */
    public record Moded(Mode mode, Mode before) implements Detail {}

    /**
     * How it ended.
     *
     * @param liveMillis since the consumer accepted, 0 where that never happened
     * @param omitted events of the session that its bound left out
     */
    public record Ended(EndReason reason, long liveMillis, int omitted) implements Detail {}
}
