package io.tandem.relay.identity;

/** A token that cannot be judged now, and may be later: its keys were never had, or too many wait before it. */
public final class TokensUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    TokensUnavailable(String message) {
        super(message, null, false, false);
    }
}
