package io.tandem.relay.session;

import java.util.Locale;

/** What somebody was refused that is not allowed to them, as the audit counts it. */
public enum AuditRefusal {
    /** An agent's token says nothing that can be trusted, or there is none. */
    TOKEN,
    /** A trusted token came from an origin that is not one of its brand's desks. */
    DESK_ORIGIN,
    /** A consumer's channel came from an origin that is not one of its brand's pages. */
    PAGE_ORIGIN,
    /** A place in a session was asked for without the secret that it was given out with. */
    SECRET,
    /** A code that stands for no session, or one code too many. */
    CODE,
    /** A frame that its sender's role may never send; its channel was closed. */
    FRAME_OF_ROLE,
    /** An agent's action in a session that is view-only. */
    FRAME_OF_MODE;

    private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The name that stands in JSON. */
    public String wireName() {
        return wireName;
    }
}
