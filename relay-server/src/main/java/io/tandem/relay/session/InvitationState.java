package io.tandem.relay.session;

import java.util.Locale;

/** How far an invitation has come. */
public enum InvitationState {
    /** The consumer was asked and has not answered. */
    OFFERED,
    /** The consumer said yes; the session is live or was. */
    ACCEPTED,
    /** The consumer said no. */
    DECLINED,
    /** The consumer did not answer in time. */
    EXPIRED,
    /** The agent took it back, or the session ended first. */
    WITHDRAWN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name that stands in JSON. */
    public String wireName() {
        return wireName;
    }
}
