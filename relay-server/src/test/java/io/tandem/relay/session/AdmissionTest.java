package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.metering.MeteringLimits;
import org.junit.jupiter.api.Test;

/** Who gets in, who takes whose place, and what they are told first. */
class AdmissionTest {
    private static final String THIRD_SESSION = "3".repeat(26);

    /** What a tag that opens a session may bring. */
    private static final String OWN = "22 letters of the tag's";

    private final SessionWorld world = new SessionWorld();

    @Test
    void shouldOpenASessionForAConsumerAndWelcomeIt() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        RecordingOutlet.Sent welcome = consumer.outlet.last(FrameType.WELCOME);
        assertThat(welcome.sequence()).isEqualTo(7);
        assertThat(SessionWorld.member(welcome.payload(), "participant")).isEqualTo("1");
        assertThat(SessionWorld.member(welcome.payload(), "epoch")).isEqualTo("1");
        assertThat(SessionWorld.member(welcome.payload(), "state")).isEqualTo("waiting");
        assertThat(welcome.payload()).contains("\"resourceOrigins\":[\"https://cdn.example\",\"https://pay.example\"]");
        assertThat(world.view().page()).isEqualTo(new SessionView.PageView(SessionWorld.ORIGIN, "/cart"));
    }

    @Test
    void shouldCloseAChannelThatSaysNothingFor5Seconds() {
        SessionWorld.Client silent = world.open(SessionWorld.SESSION);
        world.loop.advance(4_900);
        assertThat(silent.outlet.closeCode()).isNull();
        world.loop.advance(100);
        assertThat(silent.outlet.closeCode()).isEqualTo(CloseCode.HELLO_DEADLINE);
    }

    @Test
    void shouldWantHelloFirstAndOnce() {
        SessionWorld.Client eager = world.open(SessionWorld.SESSION).send(FrameType.PING);
        assertThat(eager.outlet.closeCode()).isEqualTo(CloseCode.MALFORMED);
        SessionWorld.Client twice = world.open(SessionWorld.SESSION).consumer().consumer();
        assertThat(twice.outlet.closeCode()).isEqualTo(CloseCode.MALFORMED);
        assertThat(twice.outlet.closeReason()).contains("second HELLO");
    }

    @Test
    void shouldRefuseAnOriginThatIsNotTheBrands() {
        for (String origin : new String[] {"https://evil.example", "null", "https://shop.example.evil.example"}) {
            assertThat(world.openFrom(origin).consumer().outlet.closeCode()).isEqualTo(CloseCode.FORBIDDEN);
        }
        assertThat(world.openFrom(null).consumer().outlet.closeCode()).isEqualTo(CloseCode.FORBIDDEN);
        assertThat(world.sessions.find(SessionWorld.BRAND, SessionWorld.SESSION))
                .isEmpty();
    }

    @Test
    void shouldRefuseAnUnknownBrandAndAnotherBrandsSession() {
        SessionWorld.Client unknown = world.open(SessionWorld.SESSION)
                .send(
                        FrameType.HELLO,
                        "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"t\",\"brand\":\"nobody\",\"lz4\":true}");
        assertThat(unknown.outlet.closeCode()).isEqualTo(CloseCode.NOT_AUTHENTICATED);
        world.open(SessionWorld.SESSION).consumer();
        SessionWorld.Client foreign = world.open(SessionWorld.SESSION)
                .send(
                        FrameType.HELLO,
                        "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"t\",\"brand\":\"other\",\"lz4\":true}");
        assertThat(foreign.outlet.closeCode()).isEqualTo(CloseCode.NOT_AUTHENTICATED);
    }

    @Test
    void shouldGiveTheConsumersPlaceToWhoeverHasTheResumeSecret() {
        SessionWorld.Client first = world.open(SessionWorld.SESSION).consumer();
        SessionWorld.Client second = world.open(SessionWorld.SESSION).consumerAgain(first.resume(), false);
        assertThat(first.outlet.closeCode()).isEqualTo(CloseCode.REPLACED);
        assertThat(second.outlet.closeCode()).isNull();
        first.lose();
        assertThat(world.view().participants().get(0).present()).isTrue();
    }

    @Test
    void shouldKeepThePlaceFromWhoeverHasNoResumeSecret() {
        SessionWorld.Client first = world.open(SessionWorld.SESSION).consumer();
        assertThat(world.open(SessionWorld.SESSION).consumer().outlet.closeCode())
                .isEqualTo(CloseCode.NOT_AUTHENTICATED);
        assertThat(world.open(SessionWorld.SESSION)
                        .consumerAgain("guess", false)
                        .outlet
                        .closeCode())
                .isEqualTo(CloseCode.NOT_AUTHENTICATED);
        assertThat(first.outlet.closeCode()).isNull();
    }

    @Test
    void shouldAcceptTheResumeSecretThatWasUsedBeforeTheAnswerGotLost() {
        String first = world.open(SessionWorld.SESSION).consumer().resume();
        world.open(SessionWorld.SESSION).consumerAgain(first, false).lose();
        SessionWorld.Client again = world.open(SessionWorld.SESSION).consumerAgain(first, false);
        assertThat(again.outlet.closeCode()).isNull();
        SessionWorld.Client next = world.open(SessionWorld.SESSION).consumerAgain(again.resume(), false);
        SessionWorld.Client afterNext = world.open(SessionWorld.SESSION).consumerAgain(next.resume(), false);
        assertThat(afterNext.outlet.closeCode()).isNull();
        assertThat(world.open(SessionWorld.SESSION)
                        .consumerAgain(first, false)
                        .outlet
                        .closeCode())
                .isEqualTo(CloseCode.NOT_AUTHENTICATED);
    }

    @Test
    void shouldLetAClientGoOnWithTheAnswerToAnyOfTheCarriersThatItOpenedAtOnce() {
        String secret = world.open(SessionWorld.SESSION).consumer().resume();
        SessionWorld.Client heard = world.open(SessionWorld.SESSION).consumerAgain(secret, 1);
        // Later ones reach the relay though the client has given them up; their answers are never heard.
        for (int attempt = 2; attempt < 100; attempt++) {
            world.open(SessionWorld.SESSION).consumerAgain(secret, attempt);
        }
        SessionWorld.Client one = world.open(SessionWorld.SESSION).consumerAgain(secret, 100);
        world.open(SessionWorld.SESSION).consumerAgain(secret, 101);

        SessionWorld.Client next = world.open(SessionWorld.SESSION).consumerAgain(one.resume(), 102);
        assertThat(next.outlet.closeCode()).isNull();
        assertThat(world.open(SessionWorld.SESSION)
                        .consumerAgain(secret, 103)
                        .outlet
                        .closeCode())
                .as("what is older than the one that was used")
                .isEqualTo(CloseCode.NOT_AUTHENTICATED);
        assertThat(world.open(SessionWorld.SESSION)
                        .consumerAgain(heard.resume(), 104)
                        .outlet
                        .closeCode())
                .isEqualTo(CloseCode.NOT_AUTHENTICATED);
    }

    @Test
    void shouldTakeTwoOpeningsWithOneSecretOfTheClientsOwnForOneParticipant() {
        SessionWorld.Client first = world.open(SessionWorld.SESSION).consumerAgain(OWN, 1);
        SessionWorld.Client second = world.open(SessionWorld.SESSION).consumerAgain(OWN, 2);
        assertThat(first.outlet.closeCode()).isEqualTo(CloseCode.REPLACED);
        assertThat(second.outlet.closeCode()).isNull();
        assertThat(world.view().participants()).hasSize(1);
    }

    @Test
    void shouldCountEpochsByDocumentsAndNotByCarriers() {
        SessionWorld.Client first = world.open(SessionWorld.SESSION).consumer();
        SessionWorld.Client carrier = world.open(SessionWorld.SESSION).consumerAgain(first.resume(), true);
        assertThat(SessionWorld.member(carrier.outlet.last(FrameType.WELCOME).payload(), "epoch"))
                .isEqualTo("1");
        SessionWorld.Client page = world.open(SessionWorld.SESSION).consumerAgain(carrier.resume(), false);
        assertThat(SessionWorld.member(page.outlet.last(FrameType.WELCOME).payload(), "epoch"))
                .isEqualTo("2");
    }

    @Test
    void shouldSendAGuestAwayWhereThereIsNoSessionOrNoSuchGrant() {
        assertThat(world.open(SessionWorld.SESSION).guest("agent", "g").outlet.closeCode())
                .isEqualTo(CloseCode.NO_SUCH_SESSION);
        world.open(SessionWorld.SESSION).consumer();
        assertThat(world.open(SessionWorld.SESSION).guest("agent", "g").outlet.closeCode())
                .isEqualTo(CloseCode.NOT_AUTHENTICATED);
        InviteOutcome.Invited invited = world.invite(SessionWorld.ADA, SessionWorld.SESSION, Mode.SHARED);
        assertThat(world.open(SessionWorld.SESSION)
                        .guest("observer", invited.grant())
                        .outlet
                        .closeCode())
                .isEqualTo(CloseCode.NOT_AUTHENTICATED);
    }

    @Test
    void shouldLetAnAgentComeBackByGrantOrResumeSecret() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        SessionWorld.Client byGrant = world.open(SessionWorld.SESSION).guest("agent", pair.invited.grant());
        assertThat(pair.agent.outlet.closeCode()).isEqualTo(CloseCode.REPLACED);
        SessionWorld.Client byResume = world.open(SessionWorld.SESSION)
                .send(
                        FrameType.HELLO,
                        "{\"protocol\":[1,1],\"role\":\"agent\",\"client\":\"t\",\"resume\":\"" + byGrant.resume()
                                + "\",\"lz4\":true}");
        assertThat(byResume.outlet.closeCode()).isNull();
        assertThat(byGrant.outlet.closeCode()).isEqualTo(CloseCode.REPLACED);
    }

    @Test
    void shouldTellOneWhoWasAwayAtTheEndWhyItEnded() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        SessionWorld.Client page = world.open(SessionWorld.SESSION);
        pair.consumer.lose();
        pair.agent.send(FrameType.END, "{}");
        page.consumer();
        assertThat(page.outlet.closeCode()).isEqualTo(CloseCode.NOT_AUTHENTICATED);
        assertThat(world.view().state()).isEqualTo(SessionState.ENDED);
        world.loop.advance(30_000);
        assertThat(world.sessions.find(SessionWorld.BRAND, SessionWorld.SESSION))
                .isEmpty();
    }

    @Test
    void shouldLetAConsumerThatComesBackAfterTheEndReadTheReason() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.consumer.lose();
        pair.agent.send(FrameType.END, "{}");
        SessionWorld.Client back = world.open(SessionWorld.SESSION).consumerAgain(pair.resume, false);
        assertThat(back.outlet.closeCode()).isEqualTo(CloseCode.SESSION_ENDED);
        assertThat(SessionWorld.member(back.outlet.last(FrameType.SESSION).payload(), "reason"))
                .isEqualTo("agent-ended");
    }

    @Test
    void shouldTellAClientWhyItEndedWhosePathBrokeAMomentBefore() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.agent.send(FrameType.END, "{}");
        world.loop.advance(9_000);
        SessionWorld.Client back = world.open(SessionWorld.SESSION).consumerAgain(pair.resume, false);
        assertThat(back.outlet.closeCode()).isEqualTo(CloseCode.SESSION_ENDED);
        assertThat(SessionWorld.member(back.outlet.last(FrameType.SESSION).payload(), "reason"))
                .isEqualTo("agent-ended");
    }

    @Test
    void shouldForgetAnEndedSessionThatNobodyCouldAskAbout() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        pair.consumer.send(FrameType.END, "{}");
        world.loop.advance(10_000);
        assertThat(world.sessions.find(SessionWorld.BRAND, SessionWorld.SESSION))
                .isEmpty();
        assertThat(world.open(SessionWorld.SESSION).consumer().outlet.closeCode())
                .isNull();
    }

    @Test
    void shouldTakeNoMoreSessionsThanANodeMay() {
        SessionLimits one = new SessionLimits(1, 1_000, 4, 4, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 50);
        SessionWorld small = new SessionWorld(one, MeteringLimits.DEFAULTS);
        small.open(SessionWorld.SESSION).consumer();
        assertThat(small.open(SessionWorld.OTHER_SESSION).consumer().outlet.closeCode())
                .isEqualTo(CloseCode.OVERLOADED);
    }

    @Test
    void shouldHaveRoomForTheSessionsThatItHas() {
        SessionLimits one = new SessionLimits(1, 1_000, 4, 4, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 50);
        SessionWorld small = new SessionWorld(one, MeteringLimits.DEFAULTS);
        assertThat(small.sessions.noRoomFor(SessionWorld.SESSION)).isNull();
        small.open(SessionWorld.SESSION).consumer();
        assertThat(small.sessions.noRoomFor(SessionWorld.SESSION)).isNull();
        assertThat(small.sessions.noRoomFor(SessionWorld.OTHER_SESSION)).contains("as many sessions as it takes");
    }

    @Test
    void shouldGiveThePlaceOfASessionThatHasEndedToTheNextAndRememberOnlySoMany() {
        SessionLimits two = new SessionLimits(2, 1_000, 4, 4, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 50);
        SessionWorld small = new SessionWorld(two, MeteringLimits.DEFAULTS);
        SessionWorld.Client first = small.open(SessionWorld.SESSION).consumer();
        SessionWorld.Client second = small.open(SessionWorld.OTHER_SESSION).consumer();
        assertThat(small.sessions.noRoomFor(THIRD_SESSION)).isNotNull();
        first.send(FrameType.END, "{}");
        assertThat(small.sessions.noRoomFor(THIRD_SESSION)).isNull();
        second.send(FrameType.END, "{}");
        assertThat(small.sessions.noRoomFor(THIRD_SESSION)).as("all have left").isNull();
        small.open(THIRD_SESSION).consumer().send(FrameType.END, "{}");
        small.open("4".repeat(26)).consumer();
        String another = "5".repeat(26);
        assertThat(small.sessions.noRoomFor(another))
                .as("one is live, three are remembered")
                .isNotNull();
        small.loop.advance(SessionLimits.FAREWELL_MILLIS);
        assertThat(small.sessions.noRoomFor(another)).isNull();
    }

    @Test
    void shouldHaveNoRoomWhileItsLoopIsBehind() {
        world.loops.watch();
        world.loop.runTasks();
        world.open(SessionWorld.SESSION).consumer();
        for (int i = 1; i < LoopLag.LOOKS; i++) {
            world.loop.beBusy(400);
        }
        assertThat(world.sessions.noRoomFor(SessionWorld.OTHER_SESSION)).isNull();
        world.loop.beBusy(400);
        assertThat(world.sessions.noRoomFor(SessionWorld.OTHER_SESSION)).contains("more to do than it can");
        assertThat(world.sessions.noRoomFor(SessionWorld.SESSION)).isNull();
        assertThat(world.loops.loopsBehind()).isEqualTo(1);
        for (int i = 0; i < 300; i++) {
            world.loop.beBusy(10);
        }
        assertThat(world.sessions.noRoomFor(SessionWorld.OTHER_SESSION)).isNull();
        assertThat(world.loops.loopsBehind()).isZero();
    }

    @Test
    void shouldSendNobodyAwayForSecondsWhileDraining() {
        SessionLimits one = new SessionLimits(1, 1_000, 4, 4, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 50);
        SessionWorld small = new SessionWorld(one, MeteringLimits.DEFAULTS);
        small.open(SessionWorld.SESSION).consumer();
        small.sessions.drain(30_000);
        assertThat(small.sessions.noRoomFor(SessionWorld.OTHER_SESSION)).isNull();
    }

    @Test
    void shouldTakeNoNewSessionsWhileDrainingAndAskTheOldOnesToLeave() {
        SessionWorld.Client waiting = world.open(SessionWorld.SESSION).consumer();
        world.sessions.drain(30_000);
        assertThat(waiting.outlet.last(FrameType.GO_AWAY).payload())
                .isEqualTo("{\"reason\":\"draining\",\"withinMillis\":30000}");
        assertThat(world.open(SessionWorld.OTHER_SESSION).consumer().outlet.closeCode())
                .isEqualTo(CloseCode.DRAINING);
        assertThat(world.sessions.stop().toCompletableFuture()).isCompleted();
        assertThat(waiting.outlet.closeCode()).isEqualTo(CloseCode.GOING_AWAY);
    }

    @Test
    void shouldPingASilentClientAndGiveItUpAfterThreeHeartbeats() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        consumer.outlet.take();
        world.loop.advance(40_000);
        assertThat(consumer.outlet.takeTypes()).contains(FrameType.PING);
        assertThat(consumer.outlet.closeCode()).isNull();
        world.loop.advance(20_000);
        assertThat(consumer.outlet.closeCode()).isEqualTo(CloseCode.HEARTBEAT_MISSED);
    }

    @Test
    void shouldReleaseFramesThatComeAfterTheClose() {
        SessionWorld.Client twice = world.open(SessionWorld.SESSION).consumer().consumer();
        assertThat(twice.outlet.closeCode()).isNotNull();
        var late = RecordingOutlet.frame(FrameType.MUTATIONS, 0, 1, 1, new byte[1]);
        twice.send(late);
        assertThat(late.refCnt()).isZero();
        var broken = Unpooled.buffer().writeByte(1);
        world.open(SessionWorld.OTHER_SESSION).send(broken);
        assertThat(broken.refCnt()).isZero();
    }
}
