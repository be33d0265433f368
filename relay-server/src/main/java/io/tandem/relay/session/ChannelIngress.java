package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;

/**
 * The way in from one client: what a carrier tells the session.
 *
 * <p>Called on the session's event loop only, where its carriers live. {@link #onClosed} is the last call and comes exactly once, whoever closed the carrier.
 */
public interface ChannelIngress {

    /**
     * One whole frame, header included, not yet checked in any way. Takes ownership of {@code frame}, which the session changes in place.
     *
     * @param carriedBytes what the carrier took from the network since the last frame, its own headers included; what budgets count
     */
    void onFrame(ByteBuf frame, int carriedBytes);

    /** The carrier took so many bytes from the network that came with no frame: what it dropped, and what only it needs. Budgets count them too. */
    void onCarried(int carriedBytes);

    /** One whole frame of a carrier that adds nothing of its own. */
    default void onFrame(ByteBuf frame) {
        onFrame(frame, frame.readableBytes());
    }

    /** The carrier passed one of its water marks. */
    void onWritabilityChanged(boolean writable);

    /** The carrier is gone. */
    void onClosed();
}
