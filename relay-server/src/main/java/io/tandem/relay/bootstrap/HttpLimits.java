package io.tandem.relay.bootstrap;

/**
 * The bounds of HTTP on a connection that is no WebSocket.
 *
 * @param headerMillis how long a client may take from connecting to the first byte of its request, and from there to the last:
 *     slower ones hold connections
 * @param keepAliveMillis how long a connection may stand idle between two requests, or its client take nothing of an answer:
 *     longer than three heartbeats, so that a client that polls and has nothing to say keeps the connection it speaks on
 * @param requestLineBytes the longest path is a session's with an invitation's id, far below
 * @param headerBytes all headers together; a token takes up to 4 KiB of them
 */
public record HttpLimits(long headerMillis, long keepAliveMillis, int requestLineBytes, int headerBytes) {
    /** The product's figures. */
    public static final HttpLimits DEFAULTS = new HttpLimits(5_000, 65_000, 4 << 10, 16 << 10);
}
