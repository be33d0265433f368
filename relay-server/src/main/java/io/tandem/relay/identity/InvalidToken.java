package io.tandem.relay.identity;

/** A token that does not say who its bearer is. Its message tells what came and what is allowed, and nothing of the token's text. */
public final class InvalidToken extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidToken(String message) {
        super(message, null, false, false);
    }
}
