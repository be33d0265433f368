package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;

/** The connection under a {@link WebSocketCarrier}: gives it what is read, and takes what it writes. Everything happens on its event loop. */
interface Connection {
    EventExecutor executor();

    ByteBufAllocator allocator();

    /** False from when more waits in the queue than a carrier may have in flight, until little does. */
    boolean isWritable();

    /** How much of the queue has to leave before it is writable again; 0 while it is. */
    long bytesBeforeWritable();

    /** Whether the network has not taken all that was flushed. */
    boolean isBackedUp();

    /** Puts bytes behind those that wait, until {@link #flush}. Takes ownership; lets go of them where the connection is gone. */
    void queue(ByteBuf bytes);

    /** Gives the network what waits, now and as it takes it. */
    void flush();

    /**
     * Queues and flushes the last bytes of all.
     *
     * @param written runs when the network has them; if it never takes them the connection is closed instead
     */
    void finish(ByteBuf bytes, Runnable written);

    /** Whether the connection is read from. */
    void setReading(boolean on);

    /** Ends our direction only. */
    void endOutput();

    /** Closes it; its carrier hears that it is lost, later in this turn of the loop at the earliest. */
    void close();
}
