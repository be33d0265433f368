package io.tandem.relay.session;

import org.jspecify.annotations.Nullable;

/** Where a carrier brings a new channel. */
public interface ChannelGate {
    /**
     * Why this node would not take a channel of this session now: it would be a new session, and there is no room for one. Null where it would. Any
     * thread may ask, before there is a carrier.
     */
    default @Nullable String noRoomFor(String sessionId) {
        return null;
    }

    /**
     * Opens a channel whose carrier is ready to write. Called on the session's event loop, before the carrier's first frame.
     *
     * <p>Never refuses by throwing: a channel that is not wanted is closed through its outlet.
     */
    ChannelIngress open(ChannelRequest request, Outlet outlet);
}
