package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;

/** A client's channel to the relay, over whichever carrier. On its event loop, where it is made, called and told. */
public interface Wire {

    /** What a wire tells of itself. */
    interface Listener {
        /** It takes frames now; told once. */
        void onOpen();

        /** A frame came; it is the listener's only during this call. */
        void onFrame(ByteBuf frame);

        /**
         * It was not taken, by HTTP; {@link #onClosed} follows.
         *
         * @param retryAfterSeconds when to come again; -1 where nothing was said of that
         */
        default void onTurnedAway(int status, int retryAfterSeconds) {
            // Most are content with its being over.
        }

        /** It is over, or never began: a close code of the protocol, or {@link #BROKEN}. Told once, and last. */
        void onClosed(int code, String reason);
    }

    /** The code where a connection ended without one. */
    int BROKEN = 1006;

    /** Sends a frame; takes ownership of it. What is sent in one turn of the event loop leaves together. */
    void send(ByteBuf frame);

    /** How much waits for the network, in bytes. */
    long waitingBytes();

    /** What it has moved by now. */
    Traffic traffic();

    /** Stops or goes on reading. */
    void setReading(boolean on);

    /** Breaks it, without a word, as a network would. */
    void cut();
}
