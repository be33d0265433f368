package io.tandem.relay.metering;

/** Which way a frame goes, as the relay sees it. */
public enum Direction {
    /** From a client. */
    UP,
    /** To a client. */
    DOWN
}
