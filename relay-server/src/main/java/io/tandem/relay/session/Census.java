package io.tandem.relay.session;

import io.tandem.relay.identity.Mode;
import io.tandem.relay.metering.RelayMeters;
import org.jspecify.annotations.Nullable;

/** Where sessions stand in the meters: each in one state and mode at a time, which its view says, until it is forgotten. */
final class Census {
    private Census() {}

    /** There is one more. */
    static void enter(RelayMeters meters, SessionView session) {
        meters.sessionEntered(session.state().wireName(), label(session.mode()));
    }

    /** It looks otherwise than before. */
    static void move(RelayMeters meters, SessionView before, SessionView now) {
        if (before.state() != now.state() || before.mode() != now.mode()) {
            enter(meters, now);
            leave(meters, before);
        }
    }

    /** It is no session any more. */
    static void leave(RelayMeters meters, SessionView session) {
        meters.sessionLeft(session.state().wireName(), label(session.mode()));
    }

    private static String label(@Nullable Mode mode) {
        return mode == null ? RelayMeters.NO_MODE : mode.wireName();
    }
}
