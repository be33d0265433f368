package io.tandem.load.workload;

import io.tandem.relay.frame.FrameType;

/**
 * One frame of a recorded session.
 *
 * @param atMicros when it was sent, since the recording began
 * @param sender who sent it
 * @param type what it is
 * @param payloadBytes how long its payload is
 * @param more whether it is a part of a page batch, and not its last
 */
public record Step(long atMicros, Sender sender, FrameType type, int payloadBytes, boolean more) {
    /** Either end of a pair. */
    public enum Sender {
        /** The consumer's page. */
        TAG,
        /** The agent's desk. */
        AGENT
    }
}
