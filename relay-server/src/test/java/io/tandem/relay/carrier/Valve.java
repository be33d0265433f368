package io.tandem.relay.carrier;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;

/** A network that takes nothing while it is shut. */
public final class Valve extends ChannelOutboundHandlerAdapter {
    private boolean shut;

    /** Shuts or opens it; what waits leaves with the next flush. */
    public void shut(boolean now) {
        shut = now;
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (!shut) {
            ctx.flush();
        }
    }
}
