package io.tandem.relay.transport.longpoll;

import io.tandem.relay.frame.FrameHeader;

/**
 * The bounds of long-polling, besides those of every carrier.
 *
 * @param holdMillis how long a GET waits for a frame, and a POST for the session to read on: shorter than the 30 s after
 *     which common proxies give up on an answer
 * @param gapMillis how long a client may be without a GET before its carrier counts as gone: some seconds of a bad network
 * @param requestBytes the largest body of a POST: one of the largest frames, and small ones beside it
 * @param answerBytes an answer takes no further frame beyond this: as much as a carrier has in flight
 * @param slowestKbps an answer's own time at this rate is added to the gap, so that a slow link is not taken for a dead one
 * @param carriersPerNode more would not fit the memory that a node is given: three for each of its sessions
 */
public record LongPollLimits(
        long holdMillis, long gapMillis, int requestBytes, int answerBytes, int slowestKbps, int carriersPerNode) {
    /** The product's figures. */
    public static final LongPollLimits DEFAULTS =
            new LongPollLimits(25_000, 10_000, FrameHeader.MAX_FRAME_BYTES + (64 << 10), 256 << 10, 256, 60_000);

    /** A POST must be able to bring any frame there is. */
    public static final int SMALLEST_REQUEST_BYTES = FrameHeader.MAX_FRAME_BYTES + PollRecords.HEADER_BYTES;

    /** An opening brings HELLO and nothing else: all that is kept of a client that nobody knows yet. */
    static final int OPENING_BYTES = PollRecords.HEADER_BYTES + FrameHeader.MAX_CONTROL_FRAME_BYTES;

    /** Checks that every frame fits a request. */
    public LongPollLimits {
        if (requestBytes < SMALLEST_REQUEST_BYTES) {
            throw new IllegalArgumentException(
                    "requestBytes is " + requestBytes + "; allowed are " + SMALLEST_REQUEST_BYTES + " or more");
        }
    }

    /** How long a client may be without a GET after an answer of so many bytes. */
    long gapMillisAfter(int answeredBytes) {
        // One kbit/s is one bit in a millisecond.
        return gapMillis + (long) answeredBytes * Byte.SIZE / slowestKbps;
    }
}
