package io.tandem.relay.transport.websocket;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;

/** A connection whose network takes nothing of what is flushed while it is stuck. */
final class StuckChannel extends EmbeddedChannel {
    private boolean stuck;

    StuckChannel(ChannelHandler... handlers) {
        super(handlers);
    }

    /** Takes nothing from now on, or goes on with what waits. */
    void stuck(boolean now) {
        stuck = now;
        if (!now) {
            flush();
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        if (!stuck) {
            super.doWrite(in);
        }
    }
}
