package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.DistributionSummary;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.metering.MeteringLimits;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SessionMetersTest {
    private static final int BURST_BYTES = 1 << 20;

    /** 125,000 bytes in a second. */
    private final SessionWorld world =
            new SessionWorld(SessionLimits.DEFAULTS, new MeteringLimits(1000, 500, 10_000, BURST_BYTES));

    private double sessions(String state, String mode) {
        return world.registry
                .get("tandem.sessions")
                .tag("state", state)
                .tag("mode", mode)
                .gauge()
                .value();
    }

    private double counted(String name, String reason) {
        return world.registry.get(name).tag("reason", reason).counter().count();
    }

    @Test
    void shouldCountASessionInOneStateAndModeAtATime() {
        world.open(SessionWorld.OTHER_SESSION).consumer().lose();
        assertThat(sessions("waiting", "none")).isEqualTo(1);
        world.loop.advance(SessionLimits.DEFAULTS.consumerGraceMillis() + 1);
        SessionWorld.Pair pair = world.pair(Mode.VIEW_ONLY);
        assertThat(sessions("waiting", "none")).isZero();
        assertThat(sessions("active", "view-only")).isEqualTo(1);
        pair.consumer.send(FrameType.SET_MODE, "{\"mode\":\"shared\"}");
        assertThat(sessions("active", "view-only")).isZero();
        assertThat(sessions("active", "shared")).isEqualTo(1);
        pair.consumer.send(FrameType.PAUSE, "{\"paused\":true}");
        assertThat(sessions("active", "shared")).isZero();
        assertThat(sessions("paused", "shared")).isEqualTo(1);
        pair.consumer.send(FrameType.END, "{}");
        assertThat(sessions("paused", "shared")).isZero();
        assertThat(sessions("ended", "shared")).isEqualTo(1);
        pair.consumer.lose();
        pair.agent.lose();
        world.loop.advance(SessionLimits.FAREWELL_MILLIS + 1);
        assertThat(sessions("ended", "shared")).isZero();
    }

    @Test
    void shouldCountTheKeyframesThatTagsAreAskedFor() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.agent.send(FrameType.CURSOR);
        pair.agent.send(FrameType.KEYFRAME_REQUEST);
        assertThat(world.registry.get("tandem.keyframes.asked").counter().count())
                .isEqualTo(1);
    }

    @Test
    void shouldSampleAConsumersBudgetAtItsHeartbeats() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        DistributionSummary use = world.registry.get("tandem.budget.use").summary();
        world.loop.advance(1_000);
        pair.consumer.ingress.onCarried(BURST_BYTES);
        assertThat(use.count()).isZero();
        world.loop.advance(SessionLimits.DEFAULTS.heartbeatMillis());
        assertThat(use.count()).as("the consumer's alone").isEqualTo(1);
        assertThat(use.max()).isBetween(BURST_BYTES / (20 * 1_250.0), BURST_BYTES / (19 * 1_250.0));
        assertThat(world.registry.get("tandem.link.rate").summaries())
                .as("a quiet page's link")
                .allMatch(rate -> rate.count() == 0);
    }

    @Test
    void shouldSampleALinkOnceItWasMeasured() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        for (int i = 0; i < 12; i++) {
            world.loop.advance(100);
            pair.consumer.send(FrameType.MUTATIONS, new byte[8_000]);
        }
        world.loop.advance(SessionLimits.DEFAULTS.heartbeatMillis());
        DistributionSummary fair =
                world.registry.get("tandem.link.rate").tag("quality", "fair").summary();
        assertThat(fair.count()).isEqualTo(1);
        assertThat(fair.max()).isBetween(600.0, 700.0);
    }

    @Test
    void shouldCountWhyClientsAreNotReadFrom() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.agent.writable(false);
        assertThat(counted("tandem.holds", "itself")).isEqualTo(1);
        assertThat(counted("tandem.holds", "receiver")).isEqualTo(1);
        pair.consumer.ingress.onCarried(2 * BURST_BYTES);
        assertThat(counted("tandem.holds", "budget")).isEqualTo(1);
    }

    @Test
    void shouldCountWhoIsTurnedAwayByWhatIsMissing() {
        SessionLimits none = new SessionLimits(0, 1_000, 4, 4, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 50);
        SessionWorld full = new SessionWorld(none, MeteringLimits.DEFAULTS);
        assertThat(full.sessions.noRoomFor(SessionWorld.SESSION)).isNotNull();
        assertThat(full.registry
                        .get("tandem.turned.away")
                        .tag("reason", "sessions")
                        .counter()
                        .count())
                .isEqualTo(1);
        world.loops.watch();
        world.loop.runTasks();
        for (int i = 0; i < LoopLag.LOOKS; i++) {
            world.loop.beBusy(400);
        }
        assertThat(world.sessions.noRoomFor(SessionWorld.SESSION)).isNotNull();
        assertThat(counted("tandem.turned.away", "lag")).isEqualTo(1);
        assertThat(world.sessions.turnAway(NoRoom.CARRIERS)).contains("carriers");
        assertThat(counted("tandem.turned.away", "carriers")).isEqualTo(1);
    }

    @Test
    void shouldRecordHowLateALoopIsAtEachLook() {
        world.loops.watch();
        world.loop.runTasks();
        world.loop.beBusy(400);
        world.loop.beBusy(400);
        assertThat(world.registry.get("tandem.loop.delay").timer().count()).isPositive();
        assertThat(world.registry.get("tandem.loop.delay").timer().max(TimeUnit.MILLISECONDS))
                .isGreaterThan(100);
    }
}
