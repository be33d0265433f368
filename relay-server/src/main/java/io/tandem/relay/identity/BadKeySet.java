package io.tandem.relay.identity;

/** A key set that cannot be used, or not be had. Its message tells why, and nothing of what came. */
final class BadKeySet extends Exception {
    private static final long serialVersionUID = 1L;

    BadKeySet(String message) {
        super(message, null, false, false);
    }
}
