package io.tandem.relay.session;

/** Whether a participant is there. */
enum Presence {
    /** No channel yet, or none at the moment; the place is kept. */
    ABSENT,
    /** A channel is open. */
    PRESENT,
    /** The place was given up for good. */
    GONE;

    boolean mayBecome(Presence next) {
        return switch (this) {
            case ABSENT -> next != ABSENT;
            case PRESENT -> true;
            case GONE -> false;
        };
    }
}
