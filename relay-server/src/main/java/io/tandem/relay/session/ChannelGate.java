package io.tandem.relay.session;

/** Where a carrier brings a new channel. */
public interface ChannelGate {

    /**
     * Opens a channel whose carrier is ready to write. Called on the session's event loop, before the carrier's first frame.
     *
     * <p>Never refuses by throwing: a channel that is not wanted is closed through its outlet.
     */
    ChannelIngress open(ChannelRequest request, Outlet outlet);
}
