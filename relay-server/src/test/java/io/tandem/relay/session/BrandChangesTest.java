package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.metering.MeteringLimits;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of sessions when the configuration changes under them. */
class BrandChangesTest {
    private final SessionWorld world = new SessionWorld();

    private static Brand with(Set<String> origins, String secret) {
        return new Brand("demo", "Another name", origins, Set.of(), List.of(), AgentSecret.of(secret));
    }

    private void serve(Brand... brands) {
        world.brands = new Brands(List.of(brands));
        world.sessions.endUnserved();
        world.loop.runTasks();
    }

    @Test
    void shouldEndTheSessionsOfABrandThatIsGone() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        serve(SessionWorld.OTHER_BRAND);
        assertThat(world.view().reason()).isEqualTo(EndReason.NOT_SERVED);
        assertThat(pair.consumer.outlet.closeCode()).isEqualTo(CloseCode.SESSION_ENDED);
        assertThat(pair.agent.outlet.closeCode()).isEqualTo(CloseCode.SESSION_ENDED);
        assertThat(world.open(SessionWorld.OTHER_SESSION).consumer().outlet.closeCode())
                .isEqualTo(CloseCode.NOT_AUTHENTICATED);
    }

    @Test
    void shouldEndTheWaitingOnesToo() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        serve(SessionWorld.OTHER_BRAND);
        assertThat(consumer.outlet.closeCode()).isEqualTo(CloseCode.SESSION_ENDED);
    }

    @Test
    void shouldEndSessionsWhoseOriginIsGone() {
        world.pair(Mode.SHARED);
        serve(with(Set.of("https://elsewhere.example"), "x".repeat(32)), SessionWorld.OTHER_BRAND);
        assertThat(world.view().reason()).isEqualTo(EndReason.NOT_SERVED);
        assertThat(world.open(SessionWorld.OTHER_SESSION).consumer().outlet.closeCode())
                .isEqualTo(CloseCode.FORBIDDEN);
    }

    @Test
    void shouldGoOnAsItBeganWhereItsOriginIsStillServed() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        world.budgets = new Budgets(new MeteringLimits(100, 50, 100, 1000), Map.of());
        serve(with(Set.of(SessionWorld.ORIGIN, "https://new.example"), "x".repeat(32)));
        assertThat(world.view().state()).isEqualTo(SessionState.ACTIVE);
        pair.consumer.send(FrameType.KEYFRAME, new byte[200_000]);
        assertThat(pair.agent.outlet.takeTypes()).containsExactly(FrameType.KEYFRAME);
        assertThat(pair.consumer.outlet.isReading())
                .as("by the budget that it began with")
                .isTrue();
        assertThat(world.open(SessionWorld.SESSION)
                        .consumerAgain(pair.resume, true)
                        .outlet
                        .closeCode())
                .as("it may still come back")
                .isNull();
    }
}
