package io.tandem.relay.session;

import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.RefusalReason;
import io.tandem.relay.identity.SessionState;

/** What an ERROR frame says for people to read. */
final class Refusals {
    private Refusals() {}

    static String message(RefusalReason reason, FrameType type, SessionState state) {
        return switch (reason) {
            case MODE_FORBIDS -> type + " needs mode shared; the session is view-only";
            case NOT_ACTIVE -> type + " needs an active session; the session is " + state.wireName();
            case PAUSED -> type + " needs an active session; the consumer paused sharing";
            case NO_SUCH_INVITATION -> type + " names no pending invitation";
            case CONSENT_NEEDED ->
                type + " cannot raise the mode: the consumer was asked often enough, and may raise it";
            case NOT_WAITING -> type + " is for a consumer that waits";
            case NO_CODE -> type + " gets no code: this session had as many as it may, or the brand's have run out";
            case NOT_PRESENT -> type + " has no receiver; the consumer is away";
        };
    }
}
