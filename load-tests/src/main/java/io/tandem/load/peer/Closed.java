package io.tandem.load.peer;

/**
 * How a peer's connection ended.
 *
 * @param code of the relay's close frame, or {@link #WITHOUT_CLOSE} where the connection ended without one
 */
public record Closed(int code, String reason) {
    /** RFC 6455's number for "no close frame was seen", which never travels. */
    public static final int WITHOUT_CLOSE = 1006;
}
