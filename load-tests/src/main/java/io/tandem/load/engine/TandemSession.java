package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.workload.Recording;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lane;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One session of the product: consumer and agent say HELLO, invite and accept, and become a pair.
 */
public final class TandemSession extends LoadSession {
    /** Opens a channel of this session; called on the session's loop. */
    public interface Connector {
        /** Begins to connect; an agent's connection comes from no page, and has no origin. */
        Wire connect(String sessionId, @Nullable String origin, Wire.Listener listener);
    }

    /**
     * What a session is made of.
     *
     * @param mode {@code shared}, or {@code view-only}, where actions have to be refused
     * @param phase where in the recording it begins, 0 to 1
     */
    public record Plan(
            int number,
            String sessionId,
            String brand,
            String origin,
            String mode,
            Recording recording,
            double phase) {}

    private final Plan plan;
    private final Connector connector;
    private final Desk desk;
    private final Client tag = new Client("tag");
    private final Client agent = new Client("agent");
    private int epoch;

    private TandemSession(LoadLoop loop, Plan plan, Connector connector, Desk desk) {
        super(loop, plan.number(), plan.phase());
        this.plan = plan;
        this.connector = connector;
        this.desk = desk;
    }

    /** Begins on its loop, from whatever thread. */
    public static TandemSession open(LoadLoop loop, Plan plan, Connector connector, Desk desk) {
        TandemSession session = new TandemSession(loop, plan, connector, desk);
        loop.executor().execute(() -> session.tag.connect(plan.origin()));
        return session;
    }

    /** One end's channel, and what it hears on the control lane. */
    private final class Client implements Wire.Listener {
        private final String name;
        private @Nullable Wire wire;
        private boolean active;
        private String grant = "";

        Client(String name) {
            this.name = name;
        }

        void connect(@Nullable String origin) {
            wire = connector.connect(plan.sessionId(), origin, this);
        }

        Wire wire() {
            if (wire == null) {
                throw new IllegalStateException("the " + name + " is not connected");
            }
            return wire;
        }

        @Override
        public void onOpen() {
            say(
                    FrameType.HELLO,
                    this == tag
                            ? "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"tandem-load/0.1\",\"brand\":\""
                                    + plan.brand() + "\",\"lz4\":true,\"page\":{\"origin\":\"" + plan.origin()
                                    + "\",\"path\":\"/load\"}}"
                            : "{\"protocol\":[1,1],\"role\":\"agent\",\"client\":\"tandem-load/0.1\",\"lz4\":true,\"grant\":\""
                                    + grant + "\"}");
        }

        void say(FrameType type, String json) {
            ByteBuf frame = loop.allocator.buffer(FrameHeader.LENGTH_BYTES + json.length());
            FrameHeader.write(frame, type, FrameHeader.NO_FLAGS, 0, 0, 0);
            frame.writeCharSequence(json, StandardCharsets.UTF_8);
            wire().send(frame);
        }

        @Override
        public void onFrame(ByteBuf frame) {
            if (Lane.ofCode(FrameHeader.typeCode(frame)) == Lane.CONTROL) {
                onControl(this, frame);
                return;
            }
            LoadPair pair = pair();
            if (pair == null) {
                loop.fault(Fault.MISPAIRED, 1, "a frame came to session " + number + " before it was one");
            } else if (this == tag) {
                pair.onTagFrame(frame);
            } else {
                pair.onAgentFrame(frame);
            }
        }

        @Override
        public void onClosed(int code, String reason) {
            wire = null;
            TandemSession.this.onClosed(name, code, reason);
        }
    }

    private void onControl(Client client, ByteBuf frame) {
        FrameType type = FrameType.ofCode(FrameHeader.typeCode(frame));
        if (type == FrameType.PING) {
            ByteBuf pong = loop.allocator.buffer(frame.readableBytes());
            FrameHeader.write(pong, FrameType.PONG, FrameHeader.NO_FLAGS, 0, 0, FrameHeader.sequence(frame));
            client.wire().send(pong.writeBytes(FrameHeader.payload(frame)));
        } else if (type == FrameType.WELCOME && client == tag) {
            epoch = json(frame).number("epoch");
            invite();
        } else if (type == FrameType.WELCOME) {
            // The consumer may have accepted before the agent's channel was open.
            client.active =
                    "active".equals(json(frame).member("session", Map.class).get("state"));
            pairUp();
        } else if (type == FrameType.INVITATION) {
            tag.say(
                    FrameType.INVITATION_ANSWER,
                    "{\"invitation\":\"" + json(frame).text("invitation") + "\",\"accept\":true}");
        } else if (type == FrameType.SESSION) {
            client.active = json(frame).text("state").equals("active");
            pairUp();
        } else if (type == FrameType.ERROR) {
            onRefused(client, json(frame));
        }
    }

    private static JsonMembers json(ByteBuf frame) {
        return JsonMembers.parse(FrameHeader.payload(frame).toString(StandardCharsets.UTF_8));
    }

    private void invite() {
        desk.invite(plan.sessionId(), plan.mode())
                .whenComplete((grant, fault) -> loop.executor().execute(() -> {
                    if (grant == null) {
                        notPaired(String.valueOf(fault));
                    } else if (!isEnded()) {
                        agent.grant = grant;
                        agent.connect(null);
                    }
                }));
    }

    private void pairUp() {
        if (pair() == null && tag.active && agent.active) {
            becomes(new LoadPair(
                    loop,
                    plan.number(),
                    plan.recording(),
                    plan.mode().equals("shared"),
                    tag.wire(),
                    agent.wire(),
                    epoch));
        }
    }

    private void onRefused(Client client, JsonMembers error) {
        boolean expected = client == agent
                && plan.mode().equals("view-only")
                && error.text("reason").equals("mode-forbids");
        if (!expected) {
            loop.fault(Fault.REFUSED, 1, client.name + " of session " + number + ": " + error.text("reason"));
        }
    }

    @Override
    void cut() {
        if (tag.wire != null) {
            tag.wire.cut();
        }
        if (agent.wire != null) {
            agent.wire.cut();
        }
    }
}
