package io.tandem.load.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lz4Payload;
import io.tandem.relay.frame.Varint;
import io.tandem.relay.session.CarrierKind;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** An agent's viewer: redeems the grant of an invitation, expands and acknowledges the page, acts and points. */
public final class SimulatedAgent implements AutoCloseable {
    private final Peer peer;
    private final int number;
    private long actionSequence;
    private long pointerSequence;

    private SimulatedAgent(Peer peer, JsonMembers welcome) {
        this.peer = peer;
        this.number = welcome.number("participant");
    }

    /** Opens the session's channel with a grant. */
    public static SimulatedAgent open(
            CarrierKind carrier,
            EventLoopGroup loops,
            InetSocketAddress relay,
            String sessionId,
            @Nullable String origin,
            String grant) {
        return hello(Peer.connect(carrier, loops, relay, sessionId, origin), grant, true);
    }

    /** Says HELLO with a grant, on a connection of whatever kind, as a viewer that reads LZ4 or does not. */
    public static SimulatedAgent hello(Peer peer, String grant, boolean lz4) {
        peer.send(
                FrameType.HELLO,
                "{\"protocol\":[1,1],\"role\":\"agent\",\"client\":\"simulated-viewer/0.1.0\",\"grant\":\"" + grant
                        + "\",\"lz4\":" + lz4 + "}");
        return new SimulatedAgent(peer, peer.await(FrameType.WELCOME).json());
    }

    /** The connection below. */
    public Peer peer() {
        return peer;
    }

    /** The agent's number in the session, which the relay stamps on its frames. */
    public int number() {
        return number;
    }

    /** Waits until the session is active. */
    public void awaitActive() {
        peer.await(
                "active SESSION",
                received -> received.is(FrameType.SESSION)
                        && received.json().text("state").equals("active"));
    }

    /** Waits for a page frame of this type, acknowledges it and answers with its expanded batch. */
    public byte[] awaitPage(FrameType type) {
        Received page = peer.await(type);
        ByteBuf ack = Unpooled.buffer();
        Varint.write(ack, (int) page.sequence());
        peer.send(FrameType.PAGE_ACK, FrameHeader.NO_FLAGS, page.epoch(), page.sequence(), ByteBufUtil.getBytes(ack));
        return expanded(page);
    }

    private static byte[] expanded(Received page) {
        if ((page.flags() & FrameHeader.COMPRESSED) == 0) {
            return page.payload();
        }
        try {
            return Lz4Payload.expand(Unpooled.wrappedBuffer(page.payload()));
        } catch (FrameViolation e) {
            throw new IllegalStateException("the relay forwarded a block that does not expand", e);
        }
    }

    /** Sends an action and answers with its sequence. */
    public long act(FrameType type, int epoch, byte[] payload) {
        peer.send(type, FrameHeader.NO_FLAGS, epoch, ++actionSequence, payload);
        return actionSequence;
    }

    /** Moves the agent's cursor. */
    public void cursor(int epoch, byte[] place) {
        peer.send(FrameType.CURSOR, FrameHeader.NO_FLAGS, epoch, ++pointerSequence, place);
    }

    @Override
    public void close() {
        peer.close();
    }
}
