package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.metering.MeteringLimits;
import org.junit.jupiter.api.Test;

/** What is on a participant's account besides its frames. */
class ChargesTest {
    private static final int BURST_BYTES = 10_000;

    /** 125,000 bytes in a second. */
    private final SessionWorld world =
            new SessionWorld(SessionLimits.DEFAULTS, new MeteringLimits(1000, 500, 10_000, BURST_BYTES));

    @Test
    void shouldHoldAClientForWhatItsCarrierTookWithNoFrame() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        world.loop.advance(1_000);
        pair.consumer.ingress.onCarried(BURST_BYTES);
        assertThat(pair.consumer.outlet.isReading()).isTrue();
        pair.consumer.ingress.onCarried(12_500);
        assertThat(pair.consumer.outlet.isReading()).isFalse();
        world.loop.advance(90);
        assertThat(pair.consumer.outlet.isReading()).isFalse();
        world.loop.advance(20);
        assertThat(pair.consumer.outlet.isReading()).isTrue();
        assertThat(world.registry.get("tandem.carried.bytes").functionCounter().count())
                .isGreaterThanOrEqualTo(BURST_BYTES + 12_500);
    }

    @Test
    void shouldBringBackTheDebtOfWhatWasPassedOverBehindAClose() {
        SessionWorld.Client first = world.open(SessionWorld.SESSION).consumer();
        String resume = first.resume();
        first.send(FrameType.KEYFRAME_REQUEST);
        assertThat(first.outlet.closeCode()).isNotNull();
        first.ingress.onCarried(BURST_BYTES + 125_000);
        SessionWorld.Client back = world.open(SessionWorld.SESSION).consumerAgain(resume, true);
        assertThat(back.outlet.isReading()).isFalse();
        world.loop.advance(1_100);
        assertThat(back.outlet.isReading()).isTrue();
    }

    @Test
    void shouldLetNobodyInWhoOwesTooMuchUntilMostOfItIsPaid() {
        SessionWorld.Client first = world.open(SessionWorld.SESSION).consumer();
        String resume = first.resume();
        first.ingress.onCarried(BURST_BYTES + 11 * 125_000);
        SessionWorld.Client refused = world.open(SessionWorld.SESSION).consumerAgain(resume, true);
        assertThat(refused.outlet.closeCode()).isEqualTo(CloseCode.OVERLOADED);
        assertThat(first.outlet.closeCode()).as("nobody's place changes").isNull();
        world.loop.advance(1_100);
        SessionWorld.Client back = world.open(SessionWorld.SESSION).consumerAgain(resume, true);
        assertThat(back.outlet.closeCode()).isNull();
        assertThat(back.outlet.isReading()).isFalse();
    }

    @Test
    void shouldChargeHello() {
        SessionWorld.Client client = world.open(SessionWorld.SESSION);
        client.ingress.onFrame(
                RecordingOutlet.control(
                        FrameType.HELLO,
                        1,
                        "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"t\",\"brand\":\"demo\",\"lz4\":true}"),
                BURST_BYTES + 12_500);
        assertThat(client.outlet.isReading()).isFalse();
        world.loop.advance(110);
        assertThat(client.outlet.isReading()).isTrue();
    }
}
