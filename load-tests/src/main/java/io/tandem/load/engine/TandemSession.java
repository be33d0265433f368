package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.workload.Recording;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lane;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
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
     * @param resumes whether its ends come back when a carrier breaks, and go on where they were; without it, a broken one is a fault
     * @param heeds whether a consumer that is turned away comes again when it was told to; without it, that session is not paired
     */
    public record Plan(
            int number,
            String sessionId,
            String brand,
            String origin,
            String mode,
            Recording recording,
            double phase,
            boolean resumes,
            boolean heeds) {}

    private static final int NO_ROOM = 503;
    private static final long JITTER_MILLIS = 1_000;
    private static final int GOING_AWAY = 1001;

    /** Close codes that ask to try again begin here ... */
    private static final int FIRST_RETRY = 4000;

    /** ... and end before this. */
    private static final int FIRST_STOP = 4400;

    /** Who does not come back at the first attempt waits so long, each time twice as long ... */
    private static final long BACK_OFF_MILLIS = 50;

    private static final int BACK_OFF_DOUBLINGS = 10;

    /** ... and never longer than this. */
    private static final long MOST_BACK_OFF_MILLIS = 2_000;

    private final Plan plan;
    private final Connector connector;
    private final Desk desk;
    private final Client tag = new Client("tag");
    private final Client agent = new Client("agent");
    private int epoch;
    private int participant;

    /** The same as the pair, where it resumes. */
    private @Nullable ResumingPair resuming;

    private long cutNanos;

    /**
     * How both ends came back after they were cut.
     *
     * @param welcomedNanos from the cut until the relay had welcomed both again; negative where it has not
     * @param freshNanos from the cut until the agent saw a change that the page made after it; negative where it has not
     * @param connections that were opened for it, by both together
     * @param over whether the session has ended meanwhile
     */
    public record Return(long welcomedNanos, long freshNanos, int connections, boolean over) {
        /** Whether the two exchange frames again. */
        public boolean isBack() {
            return welcomedNanos >= 0 && freshNanos >= 0;
        }
    }

    private TandemSession(LoadLoop loop, Plan plan, Connector connector, Desk desk) {
        super(loop, plan.number(), plan.phase());
        this.plan = plan;
        this.connector = connector;
        this.desk = desk;
    }

    /** Begins on its loop, from whatever thread. */
    public static TandemSession open(LoadLoop loop, Plan plan, Connector connector, Desk desk) {
        TandemSession session = new TandemSession(loop, plan, connector, desk);
        loop.executor().execute(() -> session.tag.connect());
        return session;
    }

    /** One end's channel, and what it hears on the control lane. */
    private final class Client implements Wire.Listener, ResumingPair.Out {
        private final String name;
        private @Nullable Wire wire;
        private boolean active;
        private String grant = "";

        /** Null before the first WELCOME. */
        private @Nullable String resume;

        private long attempt;
        private long welcomedNanos;
        private int connections;
        private boolean welcomed;

        /** Turned away, it comes again after so long; 0 where it was not. */
        private int againSeconds;

        Client(String name) {
            this.name = name;
        }

        void connect() {
            connections++;
            wire = connector.connect(plan.sessionId(), this == tag ? plan.origin() : null, this);
        }

        Wire wire() {
            if (wire == null) {
                throw new IllegalStateException("the " + name + " is not connected");
            }
            return wire;
        }

        @Override
        public boolean send(ByteBuf frame) {
            if (wire == null || !welcomed) {
                return false;
            }
            wire.send(frame);
            return true;
        }

        @Override
        public void onOpen() {
            attempt = Math.max(attempt + 1, System.currentTimeMillis());
            say(FrameType.HELLO, hello());
        }

        @Override
        public void onTurnedAway(int status, int retryAfterSeconds) {
            loop.turnedAway++;
            againSeconds = status == NO_ROOM && plan.heeds() ? Math.max(0, retryAfterSeconds) : 0;
        }

        private String hello() {
            String secret = plan.resumes() ? resume : null;
            if (this == agent) {
                return Hello.agent(grant, secret, attempt);
            }
            return secret == null ? Hello.consumer(plan) : Hello.consumer(plan, secret, attempt);
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
            Exchange pair = pair();
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
            welcomed = false;
            if (againSeconds > 0 && !isEnded()) {
                // Not all together, as browsers' tags do.
                long millis = TimeUnit.SECONDS.toMillis(againSeconds)
                        + ThreadLocalRandom.current().nextLong(JITTER_MILLIS);
                againSeconds = 0;
                loop.executor().schedule(this::comeBack, millis, TimeUnit.MILLISECONDS);
                return;
            }
            if (resuming != null && !isEnded() && isForNow(code)) {
                long wait = connections == 0 ? 0 : backOffMillis();
                loop.executor().schedule(this::comeBack, wait, TimeUnit.MILLISECONDS);
            } else {
                TandemSession.this.onClosed(name, code, reason);
            }
        }

        /** At once after a cut; then ever later, and not all together. */
        private long backOffMillis() {
            long most = Math.min(BACK_OFF_MILLIS << Math.min(connections, BACK_OFF_DOUBLINGS), MOST_BACK_OFF_MILLIS);
            return ThreadLocalRandom.current().nextLong(most / 2, most);
        }

        private void comeBack() {
            if (!isEnded()) {
                connect();
            }
        }
    }

    private void onControl(Client client, ByteBuf frame) {
        FrameType type = FrameType.ofCode(FrameHeader.typeCode(frame));
        if (type == FrameType.PING) {
            ByteBuf pong = loop.allocator.buffer(frame.readableBytes());
            FrameHeader.write(pong, FrameType.PONG, FrameHeader.NO_FLAGS, 0, 0, FrameHeader.sequence(frame));
            client.wire().send(pong.writeBytes(FrameHeader.payload(frame)));
        } else if (type == FrameType.WELCOME) {
            onWelcome(client, json(frame));
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

    private void onWelcome(Client client, JsonMembers welcome) {
        client.resume = welcome.text("resume");
        client.welcomed = true;
        client.welcomedNanos = System.nanoTime();
        // The consumer may have accepted before the agent's channel was open.
        client.active = "active".equals(welcome.member("session", Map.class).get("state"));
        if (client == agent) {
            participant = welcome.number("participant");
        }
        if (resuming != null && client == tag) {
            resuming.tagOpened(welcome.number("epoch"));
        } else if (resuming != null) {
            resuming.viewerOpened();
        } else if (client == tag) {
            epoch = welcome.number("epoch");
            invite();
        } else {
            pairUp();
        }
    }

    /** Whether whoever was closed so is to come back (protocol, section 5.3). */
    private static boolean isForNow(int code) {
        return code == Wire.BROKEN || code == GOING_AWAY || (code >= FIRST_RETRY && code < FIRST_STOP);
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
                        agent.connect();
                    }
                }));
    }

    private void pairUp() {
        if (pair() != null || !tag.active || !agent.active) {
            return;
        }
        if (plan.resumes()) {
            ResumingPair made = new ResumingPair(loop, plan.number(), plan.recording(), tag, agent, epoch, participant);
            resuming = made;
            becomes(made);
            made.tagOpened(epoch);
            made.viewerOpened();
        } else {
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
        if (resuming != null && error.text("reason").equals("not-present")) {
            // The other end is away, and what was refused is sent again.
            FrameType type = FrameType.ofCode(error.number("type"));
            if (type != null) {
                resuming.refused("not-present", type, error.member("sequence", Long.class));
            }
        } else if (!expected) {
            loop.fault(Fault.REFUSED, 1, client.name + " of session " + number + ": " + error.text("reason"));
        }
    }

    /** Breaks both connections without a word, as a node does that dies, and has both ends come back. */
    public void breakBoth(long nowNanos) {
        loop.executor().execute(() -> {
            if (resuming == null || isEnded()) {
                return;
            }
            cutNanos = nowNanos;
            resuming.onCut(nowNanos);
            for (Client client : List.of(tag, agent)) {
                client.welcomedNanos = 0;
                client.connections = 0;
            }
            cut();
        });
    }

    /** How the two have come back by now from the last break. */
    public CompletableFuture<Return> returned() {
        return CompletableFuture.supplyAsync(
                () -> {
                    long fresh = resuming == null ? 0 : resuming.freshNanos();
                    long first = Math.min(tag.welcomedNanos, agent.welcomedNanos);
                    long last = Math.max(tag.welcomedNanos, agent.welcomedNanos);
                    return new Return(
                            first == 0 ? -1 : last - cutNanos,
                            fresh == 0 ? -1 : fresh - cutNanos,
                            tag.connections + agent.connections,
                            isEnded());
                },
                loop.executor());
    }

    @Override
    void sayGoodbye() {
        tag.say(FrameType.END, "{}");
    }

    @Override
    Traffic consumerTraffic() {
        return tag.wire == null ? Traffic.NONE : tag.wire.traffic();
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
