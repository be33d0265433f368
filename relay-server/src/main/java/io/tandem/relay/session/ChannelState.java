package io.tandem.relay.session;

/** How far a channel has come. */
enum ChannelState {
    /** The carrier is there, HELLO is not. */
    OPENING,
    /** A participant speaks through it. */
    OPEN,
    /** Nothing is sent or heard any more. */
    CLOSED;

    boolean mayBecome(ChannelState next) {
        return switch (this) {
            case OPENING -> next != OPENING;
            case OPEN -> next == CLOSED;
            case CLOSED -> false;
        };
    }
}
