package io.tandem.relay.session;

import java.util.Locale;

/** What happened. The names in JSON are these, with a dot for the first underscore. */
public enum AuditKind {
    /** The consumer asked for an agent. */
    HELP_ASKED,
    /** An agent invited the consumer. A session's first event is this or the one above: before, a consumer was there and nothing more. */
    INVITATION_OFFERED,
    /** The consumer said yes: the session is live from then on. */
    INVITATION_ACCEPTED,
    /** The consumer said no. */
    INVITATION_DECLINED,
    /** The consumer did not answer in time. */
    INVITATION_EXPIRED,
    /** The agent took it back, the session ended, or the agent was engaged elsewhere when the consumer accepted. */
    INVITATION_WITHDRAWN,
    /** An agent asked for a mode that only the consumer may raise to; the consumer was asked. */
    MODE_ASKED,
    /** The consumer was asked, and said no. */
    MODE_DECLINED,
    /** The consumer let the agent do more. */
    MODE_RAISED,
    /** Either of them let the agent do less. */
    MODE_LOWERED,
    /** The consumer stopped sharing for a while. */
    SESSION_PAUSED,
    /** The consumer shares again. */
    SESSION_RESUMED,
    /** Somebody took a place for the first time. */
    PARTICIPANT_JOINED,
    /** Somebody's channel closed; the place is kept for the grace. */
    PARTICIPANT_LEFT,
    /** Somebody who had left is back. */
    PARTICIPANT_RETURNED,
    /** It is over for good. Nothing of the session comes after it. */
    SESSION_ENDED;

    private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', '.');

    /** The name that stands in JSON. */
    public String wireName() {
        return wireName;
    }
}
