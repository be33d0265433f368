package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;

/**
 * Carries frames between nodes, for pairs that a balancer split.
 *
 * <p>Guarantees: frames from one publisher to one address arrive in their order, each at most once; they may be lost, which the ends
 * heal as they heal any gap. An address has at most one listener at a time.
 */
public interface PeerLink {

    /** Hears what is sent to an address. Called on one thread at a time; takes ownership of the frame. */
    interface Listener {
        /** One frame that was published to the address. */
        void onFrame(ByteBuf frame);
    }

    /** An address that is listened to. */
    interface Subscription extends AutoCloseable {
        /** Stops listening; a frame that is on its way may still arrive, none after the listener's thread has seen this call return. */
        @Override
        void close();
    }

    /**
     * Listens to an address until the subscription is closed.
     *
     * @throws IllegalStateException if somebody listens to it already
     */
    Subscription listen(String address, Listener listener);

    /** Sends a frame to whoever listens to the address; takes ownership of it, and releases it where nobody does. */
    void publish(String address, ByteBuf frame);
}
