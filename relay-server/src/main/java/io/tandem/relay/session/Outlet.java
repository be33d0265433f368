package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.frame.CloseCode;

/**
 * The way out to one client: what a session writes to, whichever carrier is behind it.
 *
 * <p>Called on the session's event loop only. After {@link #close} all further calls do nothing but release what they were given.
 */
public interface Outlet {

    /**
     * Sends one whole frame.
     *
     * <p>Takes ownership of {@code frame}: it is released after it was sent, dropped or refused. Control, page and action frames are
     * never dropped while the carrier is open; of pointer frames, only the latest of a sender and type needs to be sent while
     * the carrier is not writable.
     */
    void write(ByteBuf frame);

    /** Whether the carrier takes more without letting memory grow; changes are told to {@link ChannelIngress}. */
    boolean isWritable();

    /** Whether the carrier goes on reading from its client; off means that the network pushes back on the client. */
    void setReading(boolean on);

    /** Sends what was written before, then closes the carrier with this code; the reason is cut to what a close frame holds. */
    void close(CloseCode code, String reason);
}
