package io.tandem.relay.session;

import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.metering.RelayMeters;
import org.jspecify.annotations.Nullable;

/** Where one session stands in the meters: in one state and mode at a time, until it is forgotten. On the session's loop. */
final class Census {
    private final RelayMeters meters;

    /** Null while it stands nowhere. */
    private @Nullable SessionState state;

    private @Nullable Mode mode;

    /** It begins in this state, without a mode. */
    Census(RelayMeters meters, SessionState first) {
        this.meters = meters;
        put(first, null);
    }

    /** This is what it is now. */
    void put(SessionState newState, @Nullable Mode newMode) {
        if (state != newState || mode != newMode) {
            meters.sessionEntered(newState.wireName(), label(newMode));
            leave();
            state = newState;
            mode = newMode;
        }
    }

    /** It is no session any more. */
    void leave() {
        if (state != null) {
            meters.sessionLeft(state.wireName(), label(mode));
            state = null;
        }
    }

    private static String label(@Nullable Mode mode) {
        return mode == null ? RelayMeters.NO_MODE : mode.wireName();
    }
}
