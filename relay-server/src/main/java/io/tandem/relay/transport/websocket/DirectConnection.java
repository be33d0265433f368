package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** A connection that can also be written to past its queue, while nothing waits there. */
interface DirectConnection extends Connection {
    /**
     * Gives the kernel as much of this as it takes now. The caller keeps its reference.
     *
     * @throws IOException if the connection is gone
     * @throws IllegalStateException if something waits in the queue, which would be overtaken
     */
    void send(ByteBuf bytes) throws IOException;
}
