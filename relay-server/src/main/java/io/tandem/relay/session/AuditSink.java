package io.tandem.relay.session;

import org.jspecify.annotations.Nullable;

/**
 * Hears who did what in sessions, for those who must be able to show it later. Never content: neither of pages nor of frames, no token and no secret.
 *
 * <p>Guarantees: both are called on event loops, return at once, never block and never throw. What cannot be kept is dropped, and counted. The events of a
 * session come in the order of their sequence, on the session's loop.
 */
public interface AuditSink {
    /** Where nobody wants to know. */
    AuditSink NONE = new AuditSink() {
        @Override
        public void happened(AuditEvent event) {}

        @Override
        public void refused(@Nullable String brand, AuditRefusal why) {}
    };

    /** A session came one step further. */
    void happened(AuditEvent event);

    /**
     * Somebody was refused. Is only counted, as whoever is refused may try as often as it likes.
     *
     * @param brand the key of the brand that this concerns, null where that is not known: an unverified token says nothing
     */
    void refused(@Nullable String brand, AuditRefusal why);
}
