package io.tandem.relay.session;

import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ends a live session that has been idle for too long or has lasted as long as one may. On the session's loop. */
final class SessionLifetime {
    private final Session session;
    private final SessionServices services;
    private long lastActivityNanos;
    private long activeSinceNanos;

    /** Runs while the session lives, until it may be over. */
    private @Nullable Future<?> timer;

    SessionLifetime(Session session, SessionServices services) {
        this.session = session;
        this.services = services;
    }

    /** The session is live from now on. */
    void begin() {
        activeSinceNanos = services.ticker().nanoTime();
        lastActivityNanos = activeSinceNanos;
        endIfOverdue();
    }

    /** Somebody was active at this moment. */
    void active(long nanos) {
        lastActivityNanos = nanos;
    }

    /** How long it has been live by now; for one that is, or was until this moment. */
    long liveMillis() {
        return TimeUnit.NANOSECONDS.toMillis(services.ticker().nanoTime() - activeSinceNanos);
    }

    /** The session is over. */
    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void endIfOverdue() {
        long now = services.ticker().nanoTime();
        long idleMillis = services.limits().idleMillis() - TimeUnit.NANOSECONDS.toMillis(now - lastActivityNanos);
        long lifeMillis = services.limits().maximumMillis() - TimeUnit.NANOSECONDS.toMillis(now - activeSinceNanos);
        if (lifeMillis <= 0) {
            session.end(EndReason.MAXIMUM_TIME);
        } else if (idleMillis <= 0) {
            session.end(EndReason.IDLE);
        } else {
            timer = session.schedule(this::endIfOverdue, Math.min(idleMillis, lifeMillis));
        }
    }
}
