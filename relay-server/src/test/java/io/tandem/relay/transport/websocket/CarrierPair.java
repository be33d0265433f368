package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelRequest;
import io.tandem.relay.session.InviteOutcome;
import io.tandem.relay.session.RecordingOutlet;
import io.tandem.relay.session.SessionWorld;
import java.net.InetSocketAddress;

/** A consumer and an agent in an active session, each on a WebSocket of its own: bytes go in at one and come out at the other. */
final class CarrierPair {
    final SessionWorld world = new SessionWorld();
    final EmbeddedChannel consumer;
    final EmbeddedChannel agent;

    CarrierPair() {
        consumer = open(new EmbeddedChannel());
        hello(
                consumer,
                "consumer",
                ",\"brand\":\"demo\",\"page\":{\"origin\":\"" + SessionWorld.ORIGIN + "\",\"path\":\"/\"}");
        InviteOutcome.Invited invited = world.invite(SessionWorld.ADA, SessionWorld.SESSION, Mode.SHARED);
        agent = guest("agent", invited.grant());
        send(
                consumer,
                RecordingOutlet.control(
                        FrameType.INVITATION_ANSWER,
                        2,
                        "{\"invitation\":\"" + invited.invitation().id() + "\",\"accept\":true}"));
        forget();
    }

    /** Somebody comes by a WebSocket of its own. */
    EmbeddedChannel guest(String role, String grant) {
        EmbeddedChannel channel = open(new EmbeddedChannel());
        hello(channel, role, ",\"grant\":\"" + grant + "\"");
        return channel;
    }

    private EmbeddedChannel open(EmbeddedChannel channel) {
        WebSocketCarrier carrier = new WebSocketCarrier(
                world.sessions,
                new ChannelRequest(
                        SessionWorld.SESSION,
                        CarrierKind.WEBSOCKET,
                        SessionWorld.ORIGIN,
                        InetSocketAddress.createUnresolved("client", 1)),
                CarrierLimits.DEFAULTS);
        PipelineConnection under = new PipelineConnection(carrier, CarrierLimits.DEFAULTS);
        channel.pipeline().addLast(under);
        under.open();
        return channel;
    }

    private static void hello(EmbeddedChannel channel, String role, String more) {
        send(
                channel,
                RecordingOutlet.control(
                        FrameType.HELLO,
                        1,
                        "{\"protocol\":[1,1],\"role\":\"" + role + "\",\"client\":\"test\",\"lz4\":true" + more + "}"));
    }

    /** The client sends these frames, all of which arrive in one read. */
    static void send(EmbeddedChannel channel, ByteBuf... frames) {
        ByteBuf wire = Unpooled.buffer();
        for (ByteBuf frame : frames) {
            ByteBuf message = WireBytes.message(ByteBufUtil.getBytes(frame));
            wire.writeBytes(message);
            message.release();
            frame.release();
        }
        channel.writeInbound(wire);
    }

    /** What both were told so far does not matter. */
    void forget() {
        for (EmbeddedChannel channel : new EmbeddedChannel[] {consumer, agent}) {
            channel.runPendingTasks();
            channel.releaseOutbound();
        }
    }

    void end() {
        consumer.finishAndReleaseAll();
        agent.finishAndReleaseAll();
    }
}
