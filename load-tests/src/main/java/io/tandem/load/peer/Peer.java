package io.tandem.load.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One client's end of a channel, over either carrier. Frames that come are kept, in order, until somebody takes them; sending never
 * blocks. Any thread may call it but its own event loop's.
 */
public abstract sealed class Peer implements AutoCloseable permits WebSocketPeer, PollPeer {
    private final Inbox inbox;

    Peer(Inbox inbox) {
        this.inbox = inbox;
    }

    /** Opens the channel of a session, as a page of this origin would, or without one. */
    public static Peer connect(
            CarrierKind carrier,
            EventLoopGroup loops,
            InetSocketAddress relay,
            String sessionId,
            @Nullable String origin) {
        return connect(carrier, loops, relay, sessionId, origin, SocketBuffers.USUAL);
    }

    /** The same, of a client whose kernel keeps so much for it. */
    public static Peer connect(
            CarrierKind carrier,
            EventLoopGroup loops,
            InetSocketAddress relay,
            String sessionId,
            @Nullable String origin,
            SocketBuffers buffers) {
        return switch (carrier) {
            case WEBSOCKET -> WebSocketPeer.connect(loops, relay, sessionId, origin, buffers);
            case LONG_POLL -> PollPeer.connect(loops, relay, sessionId, origin, buffers);
        };
    }

    /** Sends a frame. */
    public final void send(FrameType type, int flags, int epoch, long sequence, byte[] payload) {
        ByteBuf frame = Unpooled.buffer(FrameHeader.LENGTH_BYTES + payload.length);
        FrameHeader.write(frame, type, flags, 0, epoch, sequence);
        sendMessage(ByteBufUtil.getBytes(frame.writeBytes(payload)));
    }

    /** Sends a control frame. */
    public final void send(FrameType type, String json) {
        send(type, FrameHeader.NO_FLAGS, 0, 0, json.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a message that need not be a frame. */
    public abstract void sendMessage(byte[] message);

    /** Stops or goes on reading, as a client that is slow or suspended. */
    public abstract void setReading(boolean on);

    /** Takes frames, and passes over others, until one of this type comes. */
    public final Received await(FrameType type) {
        return await(type + "", received -> received.is(type));
    }

    /** Takes frames, and passes over others, until one is as wanted. */
    public final Received await(String wanted, Predicate<Received> isWanted) {
        return inbox.await(wanted, isWanted);
    }

    /** Has frames told on the peer's event loop as they come, instead of kept; those that were kept before stay so. */
    public final void listen(Consumer<Received> hears) {
        inbox.listen(hears);
    }

    /** Whether the network takes more: a well-behaved tag has its page wait while it does not. */
    public abstract boolean isWritable();

    /** How the relay closed the connection; waits for it. */
    public final Closed awaitClosed() {
        return inbox.awaitClosed();
    }

    /** Whether the channel still stands. */
    public final boolean isOpen() {
        return !inbox.isClosed();
    }

    /** Breaks the connection as a network would: without a word. */
    @Override
    public abstract void close();
}
