package io.tandem.relay.session;

import io.tandem.relay.metering.CarrierMeters;
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
     * Counts that somebody new is turned away, and answers with what to tell it. For a carrier that has no room itself. Any thread may call it.
     */
    default String turnAway(NoRoom why) {
        return why.message();
    }

    /** What carriers tell of themselves. Any thread may ask. */
    CarrierMeters carrierMeters();

    /**
     * Opens a channel whose carrier is ready to write. Called on the session's event loop, before the carrier's first frame.
     *
     * <p>Never refuses by throwing: a channel that is not wanted is closed through its outlet.
     */
    ChannelIngress open(ChannelRequest request, Outlet outlet);
}
