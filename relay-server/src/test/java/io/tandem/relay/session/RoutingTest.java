package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.metering.MeteringLimits;
import org.junit.jupiter.api.Test;

/** Where frames go, in whose name, and what happens when somebody cannot keep up. */
class RoutingTest {
    private final SessionWorld world = new SessionWorld();

    private static String errorReason(SessionWorld.Client client) {
        return SessionWorld.member(client.outlet.last(FrameType.ERROR).payload(), "reason");
    }

    @Test
    void shouldStampTheSenderAndForwardTheOtherBytesAsTheyCame() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        ByteBuf cursor =
                RecordingOutlet.frame(FrameType.CURSOR, 0, 2, 3, new byte[] {5, (byte) 0x80, 0, (byte) 0x80, 0});
        pair.agent.send(cursor);
        assertThat(pair.consumer.outlet.take())
                .singleElement()
                .satisfies(sent -> assertThat(sent.hex()).isEqualTo("c0000200" + "0002" + "00000003" + "0580008000"));
        assertThat(cursor.refCnt()).isZero();
    }

    @Test
    void shouldBringEachTypeToThoseItIsFor() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.consumer.send(FrameType.KEYFRAME, (byte) 0).send(FrameType.MUTATIONS, (byte) 0);
        pair.consumer.send(FrameType.VERDICT, (byte) 0).send(FrameType.CURSOR, (byte) 0);
        assertThat(pair.agent.outlet.takeTypes())
                .containsExactly(FrameType.KEYFRAME, FrameType.MUTATIONS, FrameType.VERDICT, FrameType.CURSOR);
        assertThat(pair.consumer.outlet.takeTypes()).isEmpty();
        pair.agent.send(FrameType.PAGE_ACK, (byte) 1).send(FrameType.KEYFRAME_REQUEST, (byte) 1);
        pair.agent
                .send(FrameType.CLICK, (byte) 1)
                .send(FrameType.WIGGLE, (byte) 1)
                .send(FrameType.TYPING, (byte) 1);
        assertThat(pair.consumer.outlet.takeTypes())
                .containsExactly(
                        FrameType.PAGE_ACK,
                        FrameType.KEYFRAME_REQUEST,
                        FrameType.CLICK,
                        FrameType.WIGGLE,
                        FrameType.TYPING);
        assertThat(pair.agent.outlet.takeTypes()).isEmpty();
    }

    @Test
    void shouldBringResumeToTheConsumerAndSyncToTheAgentAlone() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        String grant = world.now(world.sessions.observe(SessionWorld.BOB, SessionWorld.SESSION))
                .orElseThrow();
        SessionWorld.Client observer = world.open(SessionWorld.SESSION).guest("observer", grant);
        pair.takeAll();
        observer.outlet.take();

        pair.agent.send(FrameType.RESUME, (byte) 1);
        assertThat(pair.consumer.outlet.take())
                .singleElement()
                .satisfies(sent -> assertThat(sent.sender()).isEqualTo(2));
        pair.consumer.send(FrameType.SYNC, (byte) 1, (byte) 0, (byte) 0);
        assertThat(pair.agent.outlet.takeTypes()).containsExactly(FrameType.SYNC);
        assertThat(observer.outlet.takeTypes()).isEmpty();
    }

    @Test
    void shouldAskTheConsumersBrowserForResourcesInBothModesAndTellWhatTheBrandAllows() {
        for (Mode mode : Mode.values()) {
            SessionWorld.Pair pair = new SessionWorld().pair(mode);
            pair.agent.send(FrameType.RESOURCE_REQUEST, (byte) 0);
            assertThat(pair.consumer.outlet.takeTypes()).containsExactly(FrameType.RESOURCE_REQUEST);
        }
        SessionWorld.Client waiting = world.open(SessionWorld.SESSION).consumer();
        assertThat(SessionWorld.member(waiting.outlet.last(FrameType.WELCOME).payload(), "resources"))
                .isEqualTo("images-and-fonts");
    }

    @Test
    void shouldAskForNoResourcesWhereTheBrandHandsOutNone() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumerOf(SessionWorld.OTHER_BRAND);
        assertThat(SessionWorld.member(consumer.outlet.last(FrameType.WELCOME).payload(), "resources"))
                .isEqualTo("none");
        AgentIdentity eve = new AgentIdentity(SessionWorld.OTHER_BRAND, "eve", "Eve");
        InviteOutcome.Invited invited = world.invite(eve, SessionWorld.SESSION, Mode.SHARED);
        SessionWorld.Client agent = world.open(SessionWorld.SESSION).guest("agent", invited.grant());
        consumer.send(
                FrameType.INVITATION_ANSWER,
                "{\"invitation\":\"" + invited.invitation().id() + "\",\"accept\":true}");
        consumer.outlet.take();
        agent.send(FrameType.RESOURCE_REQUEST, (byte) 0).send(FrameType.KEYFRAME_REQUEST, (byte) 1);
        assertThat(consumer.outlet.takeTypes()).containsExactly(FrameType.KEYFRAME_REQUEST);
    }

    @Test
    void shouldDropWhatIsSaidAgainAnywayWhereNobodyIsThereToHearIt() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.consumer.lose();
        pair.takeAll();
        pair.agent.send(FrameType.RESUME, (byte) 1).send(FrameType.PAGE_ACK, (byte) 1);
        assertThat(pair.agent.outlet.takeTypes()).as("no ERROR").isEmpty();

        SessionWorld other = new SessionWorld();
        SessionWorld.Pair alone = other.pair(Mode.SHARED);
        alone.agent.lose();
        alone.takeAll();
        alone.consumer.send(FrameType.SYNC, (byte) 1, (byte) 0, (byte) 0);
        assertThat(alone.consumer.outlet.takeTypes()).as("no ERROR").isEmpty();
    }

    @Test
    void shouldRefuseActionsInViewOnlyModeAndSayWhatIsAllowed() {
        SessionWorld.Pair pair = world.pair(Mode.VIEW_ONLY);
        pair.agent.send(FrameType.CLICK, (byte) 1);
        RecordingOutlet.Sent error = pair.agent.outlet.last(FrameType.ERROR);
        assertThat(error.sequence()).isEqualTo(9);
        assertThat(error.payload())
                .isEqualTo("{\"reason\":\"mode-forbids\","
                        + "\"message\":\"CLICK needs mode shared; the session is view-only\",\"type\":128,"
                        + "\"sequence\":9,\"allowed\":[\"SCROLL_TO\",\"HIGHLIGHT\",\"WIGGLE\",\"CURSOR\","
                        + "\"CLICK_MARK\",\"TYPING\"]}");
        assertThat(pair.consumer.outlet.takeTypes()).isEmpty();
        assertThat(world.registry
                        .get("tandem.refusals")
                        .tag("reason", "mode-forbids")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void shouldCloseAChannelWhoseRoleMayNeverSendTheType() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.agent.send(FrameType.KEYFRAME, (byte) 0);
        assertThat(pair.agent.outlet.closeCode()).isEqualTo(CloseCode.FORBIDDEN);
        assertThat(pair.agent.outlet.closeReason()).contains("KEYFRAME from agent");
    }

    @Test
    void shouldCheckTheRoleBeforeTheLengthAndTheLengthBeforeTheState() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.agent.send(RecordingOutlet.frame(FrameType.KEYFRAME, FrameHeader.COMPRESSED, 1, 1, new byte[] {0, 0}));
        assertThat(pair.agent.outlet.closeCode()).isEqualTo(CloseCode.FORBIDDEN);
        pair.consumer.send(FrameType.PAUSE, "{\"paused\":true}");
        pair.consumer.send(RecordingOutlet.frame(FrameType.KEYFRAME, FrameHeader.COMPRESSED, 1, 1, new byte[] {0, 0}));
        assertThat(pair.consumer.outlet.closeCode()).isEqualTo(CloseCode.LYING_LENGTH);
    }

    @Test
    void shouldRefuseTheConsumersPageWhilePausedAndTellEverybody() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.consumer.send(FrameType.PAUSE, "{\"paused\":true}");
        assertThat(pair.consumer.outlet.last(FrameType.SESSION).sequence()).isEqualTo(7);
        assertThat(pair.agent.outlet.last(FrameType.SESSION).sequence()).isZero();
        pair.consumer.send(FrameType.MUTATIONS, (byte) 0);
        assertThat(errorReason(pair.consumer)).isEqualTo("paused");
        pair.agent.send(FrameType.CLICK, (byte) 0);
        assertThat(errorReason(pair.agent)).isEqualTo("paused");
    }

    @Test
    void shouldLowerTheModeAtOnceAndRaiseItOnlyForTheConsumer() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.agent.send(FrameType.SET_MODE, "{\"mode\":\"view-only\"}");
        assertThat(world.view().mode()).isEqualTo(Mode.VIEW_ONLY);
        pair.agent.send(FrameType.SET_MODE, "{\"mode\":\"shared\"}");
        assertThat(world.view().mode()).isEqualTo(Mode.VIEW_ONLY);
        pair.consumer.send(FrameType.SET_MODE, "{\"mode\":\"shared\"}");
        assertThat(world.view().mode()).isEqualTo(Mode.SHARED);
    }

    @Test
    void shouldTellAnAgentThatNobodyReceivesItsActions() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.consumer.lose();
        assertThat(pair.agent.outlet.last(FrameType.SESSION).payload()).contains("\"present\":false");
        pair.agent.send(FrameType.CLICK, (byte) 0);
        assertThat(errorReason(pair.agent)).isEqualTo("not-present");
        pair.agent.outlet.take();
        pair.agent.send(FrameType.CURSOR, (byte) 0).send(FrameType.PAGE_ACK, (byte) 0);
        assertThat(pair.agent.outlet.take()).isEmpty();
    }

    @Test
    void shouldStopReadingTheConsumerWhileTheAgentsOutletIsFull() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.agent.writable(false);
        assertThat(pair.consumer.outlet.isReading()).isFalse();
        pair.agent.writable(true);
        assertThat(pair.consumer.outlet.isReading()).isTrue();
        pair.agent.writable(false);
        pair.agent.lose();
        assertThat(pair.consumer.outlet.isReading()).isTrue();
    }

    @Test
    void shouldStopReadingWhoeverDoesNotTakeItsAnswers() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.consumer.writable(false);
        assertThat(pair.consumer.outlet.isReading()).isFalse();
        assertThat(pair.agent.outlet.isReading()).isFalse();
        pair.consumer.writable(true);
        assertThat(pair.consumer.outlet.isReading()).isTrue();
        assertThat(pair.agent.outlet.isReading()).isTrue();
    }

    @Test
    void shouldStopReadingOverBudgetForAsLongAsNeededAndDropNothing() {
        MeteringLimits small = new MeteringLimits(80, 40, 10_000, 1000);
        SessionWorld slow = new SessionWorld(SessionLimits.DEFAULTS, small);
        SessionWorld.Pair pair = slow.pair(Mode.SHARED);
        pair.consumer.send(RecordingOutlet.frame(FrameType.MUTATIONS, 0, 1, 1, new byte[10_990]));
        assertThat(pair.consumer.outlet.isReading()).isFalse();
        // On its way already when the relay stopped to read.
        pair.consumer.send(RecordingOutlet.frame(FrameType.MUTATIONS, 0, 1, 2, new byte[9_990]));
        slow.loop.advance(1_900);
        assertThat(pair.consumer.outlet.isReading()).isFalse();
        slow.loop.advance(200);
        assertThat(pair.consumer.outlet.isReading()).isTrue();
        assertThat(pair.agent.outlet.takeTypes()).containsExactly(FrameType.MUTATIONS, FrameType.MUTATIONS);
    }

    @Test
    void shouldTellATagThatIgnoresItsBudgetWhatIsAllowed() {
        MeteringLimits small = new MeteringLimits(80, 40, 10_000, 1000);
        SessionWorld slow = new SessionWorld(SessionLimits.DEFAULTS, small);
        SessionWorld.Pair pair = slow.pair(Mode.SHARED);
        pair.consumer.send(RecordingOutlet.frame(FrameType.MUTATIONS, 0, 1, 1, new byte[2_990]));
        assertThat(SessionWorld.member(
                        pair.consumer.outlet.last(FrameType.BUDGET).payload(), "allowedKbps"))
                .isEqualTo("80");
    }

    @Test
    void shouldHoldTheConsumerWhileTheAgentWasSentMoreThanItsRate() {
        MeteringLimits small = new MeteringLimits(8_000, 40, 80, 1000);
        SessionWorld slow = new SessionWorld(SessionLimits.DEFAULTS, small);
        SessionWorld.Pair pair = slow.pair(Mode.SHARED);
        slow.loop.advance(5_000);
        pair.consumer.send(RecordingOutlet.frame(FrameType.MUTATIONS, 0, 1, 1, new byte[10_990]));
        slow.loop.advance(200);
        assertThat(pair.consumer.outlet.isReading()).isFalse();
        slow.loop.advance(900);
        assertThat(pair.consumer.outlet.isReading()).isTrue();
        assertThat(pair.agent.outlet.takeTypes()).containsExactly(FrameType.MUTATIONS);
    }

    @Test
    void shouldTellBothSidesOnceWhenTheLinkGetsWorse() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        for (int i = 0; i < 10; i++) {
            pair.consumer.send(RecordingOutlet.frame(FrameType.MUTATIONS, 0, 1, i, new byte[16 << 10]));
            world.loop.advance(300);
        }
        assertThat(pair.consumer.outlet.takeTypes()).containsOnlyOnce(FrameType.BUDGET);
        assertThat(SessionWorld.member(pair.agent.outlet.last(FrameType.BUDGET).payload(), "quality"))
                .isEqualTo("poor");
        SessionWorld.Client again = world.open(SessionWorld.SESSION).guest("agent", pair.invited.grant());
        assertThat(SessionWorld.member(again.outlet.last(FrameType.BUDGET).payload(), "quality"))
                .isEqualTo("poor");
    }

    @Test
    void shouldSkipAnObserverThatFallsBehindToTheNextKeyframe() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        String grant = world.now(world.sessions.observe(SessionWorld.BOB, SessionWorld.SESSION))
                .orElseThrow();
        SessionWorld.Client observer = world.open(SessionWorld.SESSION).guest("observer", grant);
        observer.outlet.take();
        pair.takeAll();
        ByteBuf first = RecordingOutlet.frame(FrameType.KEYFRAME, FrameHeader.MORE, 1, 1, new byte[1]);
        pair.consumer.send(first);
        assertThat(observer.outlet.takeTypes()).containsExactly(FrameType.KEYFRAME);
        assertThat(first.refCnt()).isZero();
        observer.writable(false);
        assertThat(pair.consumer.outlet.isReading()).isTrue();
        pair.consumer.send(FrameType.KEYFRAME, (byte) 0);
        observer.writable(true);
        pair.consumer.send(FrameType.MUTATIONS, (byte) 0);
        assertThat(observer.outlet.takeTypes()).isEmpty();
        pair.consumer.send(FrameType.KEYFRAME, (byte) 0).send(FrameType.MUTATIONS, (byte) 0);
        assertThat(observer.outlet.takeTypes()).containsExactly(FrameType.KEYFRAME, FrameType.MUTATIONS);
        assertThat(pair.agent.outlet.takeTypes()).hasSize(5);
        observer.send(FrameType.CURSOR, (byte) 0);
        assertThat(observer.outlet.closeCode()).isEqualTo(CloseCode.FORBIDDEN);
    }

    @Test
    void shouldAnswerAPingWithItsPayload() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        consumer.send(FrameType.PING, "abc");
        RecordingOutlet.Sent pong = consumer.outlet.last(FrameType.PONG);
        assertThat(pong.payload()).isEqualTo("abc");
        assertThat(pong.sequence()).isEqualTo(7);
        consumer.send(FrameType.PING, "x".repeat(126));
        assertThat(consumer.outlet.closeCode()).isEqualTo(CloseCode.MALFORMED);
    }
}
