package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.SessionState;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How a session lives and ends, and whether its agent is free afterwards, as a table. */
class SessionLifecycleTest {
    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;

    private record Scenario(
            String name, BiConsumer<SessionWorld, SessionWorld.Pair> steps, SessionState state, String reason) {
        @Override
        public String toString() {
            return name + " -> " + state.wireName() + " " + reason;
        }
    }

    private static Scenario lives(String name, SessionState state, BiConsumer<SessionWorld, SessionWorld.Pair> steps) {
        return new Scenario(name, steps, state, "null");
    }

    private static Scenario ends(String name, EndReason reason, BiConsumer<SessionWorld, SessionWorld.Pair> steps) {
        return new Scenario(name, steps, SessionState.ENDED, reason.wireName());
    }

    /** Both do something a minute, so that neither idleness nor silence ends the session. */
    private static void work(SessionWorld world, SessionWorld.Pair pair, long millis) {
        for (long passed = 0; passed < millis; passed += 30 * SECOND) {
            world.loop.advance(30 * SECOND);
            pair.consumer.send(FrameType.MUTATIONS, (byte) 0);
            pair.agent.send(FrameType.CURSOR, (byte) 1, (byte) 2);
        }
    }

    /** Both are there but nothing happens: heartbeats are answered. */
    private static void idle(SessionWorld world, SessionWorld.Pair pair, long millis) {
        for (long passed = 0; passed < millis; passed += 30 * SECOND) {
            world.loop.advance(30 * SECOND);
            pair.consumer.send(FrameType.PONG);
            pair.agent.send(FrameType.PONG);
        }
    }

    static List<Scenario> scenarios() {
        return List.of(
                lives("accepted", SessionState.ACTIVE, (world, pair) -> {}),
                lives(
                        "paused",
                        SessionState.PAUSED,
                        (world, pair) -> pair.consumer.send(FrameType.PAUSE, "{\"paused\":true}")),
                lives(
                        "paused and resumed",
                        SessionState.ACTIVE,
                        (world, pair) -> pair.consumer
                                .send(FrameType.PAUSE, "{\"paused\":true}")
                                .send(FrameType.PAUSE, "{\"paused\":false}")),
                lives(
                        "paused twice",
                        SessionState.PAUSED,
                        (world, pair) -> pair.consumer
                                .send(FrameType.PAUSE, "{\"paused\":true}")
                                .send(FrameType.PAUSE, "{\"paused\":true}")),
                ends(
                        "the consumer's X",
                        EndReason.CONSUMER_ENDED,
                        (world, pair) -> pair.consumer.send(FrameType.END, "{}")),
                ends(
                        "the X while paused",
                        EndReason.CONSUMER_ENDED,
                        (world, pair) -> pair.consumer
                                .send(FrameType.PAUSE, "{\"paused\":true}")
                                .send(FrameType.END, "{}")),
                ends("the agent's end", EndReason.AGENT_ENDED, (world, pair) -> pair.agent.send(FrameType.END, "{}")),
                ends(
                        "the agent's end by REST",
                        EndReason.AGENT_ENDED,
                        (world, pair) -> assertThat(
                                        world.now(world.sessions.end(SessionWorld.ADA, SessionWorld.SESSION)))
                                .isEqualTo(CommandOutcome.DONE)),
                lives(
                        "another agent's end by REST",
                        SessionState.ACTIVE,
                        (world, pair) -> assertThat(
                                        world.now(world.sessions.end(SessionWorld.BOB, SessionWorld.SESSION)))
                                .isEqualTo(CommandOutcome.NOT_YOURS)),
                lives("the consumer away for 29 s", SessionState.ACTIVE, (world, pair) -> {
                    pair.consumer.lose();
                    world.loop.advance(29 * SECOND);
                }),
                ends("the consumer away for 30 s", EndReason.CONSUMER_GONE, (world, pair) -> {
                    pair.consumer.lose();
                    world.loop.advance(30 * SECOND);
                }),
                lives("the agent away for 59 s", SessionState.ACTIVE, (world, pair) -> {
                    pair.agent.lose();
                    world.loop.advance(30 * SECOND);
                    pair.consumer.send(FrameType.PONG);
                    world.loop.advance(29 * SECOND);
                }),
                ends("the agent away for 60 s", EndReason.AGENT_GONE, (world, pair) -> {
                    pair.agent.lose();
                    world.loop.advance(30 * SECOND);
                    pair.consumer.send(FrameType.PONG);
                    world.loop.advance(30 * SECOND);
                }),
                lives("both away, back in time", SessionState.ACTIVE, (world, pair) -> {
                    pair.consumer.lose();
                    pair.agent.lose();
                    world.loop.advance(29 * SECOND);
                    world.open(SessionWorld.SESSION).guest("agent", pair.invited.grant());
                    world.loop.advance(500);
                }),
                lives("14 min of nothing", SessionState.ACTIVE, (world, pair) -> idle(world, pair, 14 * MINUTE)),
                ends("15 min of nothing", EndReason.IDLE, (world, pair) -> idle(world, pair, 15 * MINUTE)),
                ends("15 min of a page that changes by itself", EndReason.IDLE, (world, pair) -> {
                    for (long passed = 0; passed < 15 * MINUTE; passed += 30 * SECOND) {
                        world.loop.advance(30 * SECOND);
                        pair.consumer.send(FrameType.MUTATIONS, (byte) 0);
                        pair.agent.send(FrameType.PONG);
                    }
                }),
                ends("an agent that takes nothing any more", EndReason.AGENT_GONE, (world, pair) -> {
                    pair.agent.writable(false);
                    for (long passed = 0; passed < 150 * SECOND; passed += 30 * SECOND) {
                        world.loop.advance(30 * SECOND);
                        pair.consumer.send(FrameType.PONG);
                    }
                }),
                ends("nothing after an hour of work", EndReason.IDLE, (world, pair) -> {
                    work(world, pair, HOUR);
                    idle(world, pair, 15 * MINUTE);
                }),
                lives(
                        "work for 3 h 59 min",
                        SessionState.ACTIVE,
                        (world, pair) -> work(world, pair, 4 * HOUR - MINUTE)),
                ends("work for 4 h", EndReason.MAXIMUM_TIME, (world, pair) -> work(world, pair, 4 * HOUR)),
                ends("silent clients", EndReason.CONSUMER_GONE, (world, pair) -> world.loop.advance(90 * SECOND)),
                ends(
                        "the node stops",
                        EndReason.NODE_STOPPED,
                        (world, pair) -> assertThat(world.sessions.stop().toCompletableFuture())
                                .isCompleted()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scenarios")
    void shouldGoThrough(Scenario scenario) {
        SessionWorld world = new SessionWorld();
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        scenario.steps().accept(world, pair);
        boolean ended = scenario.state() == SessionState.ENDED;
        assertThat(world.now(world.directory.find(
                                new SessionDirectory.AgentKey(SessionWorld.BRAND.key(), SessionWorld.ADA.id())))
                        .isEmpty())
                .as("the agent is free")
                .isEqualTo(ended);
        if (!ended) {
            assertThat(world.view().state()).isEqualTo(scenario.state());
        }
        assertTold(pair.consumer.outlet, scenario);
        assertTold(pair.agent.outlet, scenario);
    }

    /** Whoever was there at the end was told why, and closed with the code that says not to come back. */
    private static void assertTold(RecordingOutlet outlet, Scenario scenario) {
        if (outlet.closeCode() == CloseCode.SESSION_ENDED) {
            RecordingOutlet.Sent last = outlet.last(FrameType.SESSION);
            assertThat(SessionWorld.member(last.payload(), "state"))
                    .isEqualTo(scenario.state().wireName());
            assertThat(SessionWorld.member(last.payload(), "reason")).isEqualTo(scenario.reason());
            assertThat(outlet.closeReason()).isEqualTo(scenario.reason());
        } else {
            assertThat(outlet.closeCode()).isIn(null, CloseCode.HEARTBEAT_MISSED);
        }
    }
}
