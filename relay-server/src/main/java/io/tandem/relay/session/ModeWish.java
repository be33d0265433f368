package io.tandem.relay.session;

import io.netty.util.concurrent.Future;
import io.tandem.relay.identity.Mode;
import org.jspecify.annotations.Nullable;

/**
 * A higher mode that the agent asks the consumer for: at most one is open at a time, for as long as an invitation would be. On the session's loop.
 */
final class ModeWish {
    private final Session session;
    private @Nullable Mode open;
    private @Nullable Future<?> expiry;
    private int asked;

    ModeWish(Session session) {
        this.session = session;
    }

    @Nullable
    Mode open() {
        return open;
    }

    /** Asks, or has asked; false where the consumer was asked as often as a session allows. */
    boolean ask(Mode wanted) {
        if (wanted == open) {
            return true;
        }
        if (asked >= SessionLimits.MODE_WISHES) {
            return false;
        }
        close();
        asked++;
        open = wanted;
        expiry = session.schedule(
                () -> {
                    close();
                    session.changed();
                },
                session.services().limits().invitationMillis());
        return true;
    }

    /** It was answered or taken back, or there is nobody left to ask. */
    void close() {
        open = null;
        if (expiry != null) {
            expiry.cancel(false);
            expiry = null;
        }
    }
}
