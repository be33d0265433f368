package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;

/** What the two ends of one session do with each other, and what they check of it. On its loop. */
interface Exchange {
    /** Begins somewhere in the recording, so that those that begin together do not send together; phase is 0 to 1. */
    void start(long nowNanos, double phase);

    /** Sends nothing any more that is not an answer. */
    void quiet();

    /** When the next frame is due, by {@link System#nanoTime}. */
    long dueNanos();

    /** Sends the frame that is due; false if no other will be. */
    boolean sendDue(long nowNanos);

    /** A page, action or pointer frame came to the tag. */
    void onTagFrame(ByteBuf frame);

    /** A page, action or pointer frame came to the agent. */
    void onAgentFrame(ByteBuf frame);

    /** Whether everything that was sent has come. */
    boolean isSettled();

    /** Counts what has not come, when everything that is on its way has had its time. */
    void judgeRest();
}
