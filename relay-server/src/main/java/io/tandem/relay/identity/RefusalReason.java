package io.tandem.relay.identity;

import java.util.Locale;

/** Why a frame was refused while its channel stays open: the reasons of ERROR frames. */
public enum RefusalReason {
    /** The session is view-only. */
    MODE_FORBIDS,
    /** There is no active session. */
    NOT_ACTIVE,
    /** The consumer paused sharing. */
    PAUSED,
    /** The answer names no pending invitation. */
    NO_SUCH_INVITATION,
    /** The mode goes up only with the consumer's consent, and the consumer was asked often enough. */
    CONSENT_NEEDED,
    /** Nobody is waited for: an agent is there, or it is over. */
    NOT_WAITING,
    /** The consumer was given as many codes as a session is, or the brand's codes have run out. */
    NO_CODE,
    /** Nobody is there to receive it. */
    NOT_PRESENT;

    private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The name that stands in JSON. */
    public String wireName() {
        return wireName;
    }
}
