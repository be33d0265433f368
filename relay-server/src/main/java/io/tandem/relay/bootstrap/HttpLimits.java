package io.tandem.relay.bootstrap;

/**
 * The bounds of HTTP before a connection becomes a channel.
 *
 * @param headerMillis how long a client may take from connecting to the end of its request: slower ones hold connections
 * @param keepAliveMillis how long a connection may stand idle between two requests
 * @param requestLineBytes the longest path is a session's with an invitation's id, far below
 * @param headerBytes all headers together; a token takes up to 4 KiB of them
 */
public record HttpLimits(long headerMillis, long keepAliveMillis, int requestLineBytes, int headerBytes) {
    /** The product's figures. */
    public static final HttpLimits DEFAULTS = new HttpLimits(5_000, 15_000, 4 << 10, 16 << 10);
}
