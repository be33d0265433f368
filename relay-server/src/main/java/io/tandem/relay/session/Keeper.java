package io.tandem.relay.session;

/** Who keeps a session is told of its two ends. On the session's loop. */
interface Keeper {
    /** It is over, and its place is free; it stays for as long as somebody may come and ask why. Once. */
    void ended(Session session);

    /** Nobody can ask any more. Once, and after {@link #ended}. */
    void forgotten(Session session);
}
