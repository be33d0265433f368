package io.tandem.load.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lz4Payload;
import io.tandem.relay.frame.Varint;
import io.tandem.relay.session.CarrierKind;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A consumer's page: says hello, answers invitations, sends the page and gives verdicts on actions. */
public final class SimulatedTag implements AutoCloseable {
    private static final int APPLIED = 0;

    private final Peer peer;
    private final int epoch;
    private final String resume;
    private long pageSequence;
    private long verdictSequence;
    private long pointerSequence;

    private SimulatedTag(Peer peer, JsonMembers welcome) {
        this.peer = peer;
        this.epoch = welcome.number("epoch");
        this.resume = welcome.text("resume");
    }

    /** Opens a session, as a page of the brand's origin. */
    public static SimulatedTag open(
            CarrierKind carrier,
            EventLoopGroup loops,
            InetSocketAddress relay,
            String sessionId,
            String origin,
            String brand) {
        return hello(Peer.connect(carrier, loops, relay, sessionId, origin), origin, brand);
    }

    /** Says HELLO on a connection of whatever kind. */
    public static SimulatedTag hello(Peer peer, String origin, String brand) {
        return hello(peer, origin, brand, "");
    }

    private static SimulatedTag hello(Peer peer, String origin, String brand, String more) {
        peer.send(
                FrameType.HELLO,
                "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"simulated-tag/0.1.0\",\"brand\":\"" + brand
                        + "\",\"lz4\":true,\"page\":{\"origin\":\"" + origin + "\",\"path\":\"/cart\"}" + more + "}");
        return new SimulatedTag(peer, peer.await(FrameType.WELCOME).json());
    }

    /** Takes the session's place again on a new connection, as after a reload of the page. */
    public SimulatedTag reload(
            CarrierKind carrier,
            EventLoopGroup loops,
            InetSocketAddress relay,
            String sessionId,
            String origin,
            String brand) {
        Peer fresh = Peer.connect(carrier, loops, relay, sessionId, origin);
        return hello(fresh, origin, brand, ",\"resume\":\"" + resume + "\"");
    }

    /** The connection below. */
    public Peer peer() {
        return peer;
    }

    /** The page epoch that the relay gave. */
    public int epoch() {
        return epoch;
    }

    /** Waits for an invitation and answers it. */
    public void answerInvitation(boolean accept) {
        String invitation = peer.await(FrameType.INVITATION).json().text("invitation");
        peer.send(FrameType.INVITATION_ANSWER, "{\"invitation\":\"" + invitation + "\",\"accept\":" + accept + "}");
    }

    /** Sends a keyframe in one compressed frame. */
    public void keyframe(byte[] batch) {
        pageSequence++;
        peer.send(FrameType.KEYFRAME, FrameHeader.COMPRESSED, epoch, pageSequence, compressed(batch));
    }

    /** Sends mutations in a compressed frame. */
    public void mutations(byte[] batch) {
        pageSequence++;
        peer.send(FrameType.MUTATIONS, FrameHeader.COMPRESSED, epoch, pageSequence, compressed(batch));
    }

    private static byte[] compressed(byte[] batch) {
        ByteBuf payload = Unpooled.buffer();
        Lz4Payload.compress(batch, payload);
        return ByteBufUtil.getBytes(payload);
    }

    /** Moves the consumer's cursor. */
    public void cursor(byte[] place) {
        peer.send(FrameType.CURSOR, FrameHeader.NO_FLAGS, epoch, ++pointerSequence, place);
    }

    /** Waits for an action of this type and says that it was applied. */
    public Received apply(FrameType type) {
        Received action = peer.await(type);
        ByteBuf verdict = Unpooled.buffer();
        Varint.write(verdict, action.sender());
        Varint.write(verdict, (int) action.sequence());
        verdict.writeByte(APPLIED);
        verdict.writeByte(0);
        peer.send(FrameType.VERDICT, FrameHeader.NO_FLAGS, epoch, ++verdictSequence, ByteBufUtil.getBytes(verdict));
        return action;
    }

    /** Pauses or resumes sharing. */
    public void pause(boolean paused) {
        peer.send(FrameType.PAUSE, "{\"paused\":" + paused + "}");
    }

    /** The consumer's X. */
    public void end() {
        peer.send(FrameType.END, "{}");
    }

    /** A page batch that holds this text, for payloads that need not be a real page. */
    public static byte[] batchOf(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        peer.close();
    }
}
