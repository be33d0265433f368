package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;

/**
 * The way in from one client: what a carrier tells the session.
 *
 * <p>Called on the carrier's event loop only. {@link #onClosed} is the last call and comes exactly once, whoever closed the carrier.
 */
public interface ChannelIngress {

    /** One whole frame, header included, not yet checked in any way. Takes ownership of {@code frame}, which the session changes in place. */
    void onFrame(ByteBuf frame);

    /** The carrier passed one of its water marks. */
    void onWritabilityChanged(boolean writable);

    /** The carrier is gone. */
    void onClosed();
}
