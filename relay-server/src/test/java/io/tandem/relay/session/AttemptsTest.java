package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.Mode;
import org.junit.jupiter.api.Test;

/** Which of several HELLOs of one participant has the place. */
class AttemptsTest {
    /** What a tag that opens a session may bring. */
    private static final String OWN = "22 letters of the tag's";

    private final SessionWorld world = new SessionWorld();

    @Test
    void shouldLeaveThePlaceToTheLaterAttempt() {
        String resume = world.open(SessionWorld.SESSION).consumer().resume();
        SessionWorld.Client third = world.open(SessionWorld.SESSION).consumerAgain(resume, 3);
        assertThat(third.outlet.closeCode()).isNull();
        for (long overtaken = 1; overtaken <= 2; overtaken++) {
            SessionWorld.Client late = world.open(SessionWorld.SESSION).consumerAgain(resume, overtaken);
            assertThat(late.outlet.closeCode()).isEqualTo(CloseCode.REPLACED);
            assertThat(late.outlet.take()).isEmpty();
        }
        assertThat(third.outlet.closeCode()).isNull();
        assertThat(world.view().participants().get(0).present()).isTrue();

        SessionWorld.Client fourth = world.open(SessionWorld.SESSION).consumerAgain(resume, 4);
        assertThat(fourth.outlet.closeCode()).isNull();
        assertThat(third.outlet.closeCode()).isEqualTo(CloseCode.REPLACED);
    }

    @Test
    void shouldWelcomeAgainWhoSaysTheSameHelloAgainBecauseItNeverHeardTheAnswer() {
        SessionWorld.Client unheard =
                world.open(SessionWorld.SESSION).hello(",\"resume\":\"" + OWN + "\",\"attempt\":5");
        SessionWorld.Client again = world.open(SessionWorld.SESSION).hello(",\"resume\":\"" + OWN + "\",\"attempt\":5");
        assertThat(unheard.outlet.closeCode()).isEqualTo(CloseCode.REPLACED);
        assertThat(again.outlet.closeCode()).isNull();
        assertThat(SessionWorld.member(again.outlet.last(FrameType.WELCOME).payload(), "epoch"))
                .as("the same document")
                .isEqualTo("1");
        assertThat(world.open(SessionWorld.SESSION)
                        .consumerAgain(again.resume(), 6)
                        .outlet
                        .closeCode())
                .isNull();
    }

    @Test
    void shouldNotTakeThePlaceFromACarrierThatIsHeardForAnEchoOfItsHello() {
        SessionWorld.Client heard =
                world.open(SessionWorld.SESSION).consumerAgain(OWN, 5).send(FrameType.PONG);
        SessionWorld.Client echo = world.open(SessionWorld.SESSION).consumerAgain(OWN, 5);
        assertThat(echo.outlet.closeCode()).isEqualTo(CloseCode.REPLACED);
        assertThat(heard.outlet.closeCode()).isNull();
    }

    @Test
    void shouldTakeAViewerWhoseClockIsBehindForAnotherOneThatIsThere() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        String grant = pair.invited.grant();
        SessionWorld.Client desk = viewer("", grant, 9_000, 1);
        assertThat(desk.outlet.closeCode()).isNull();
        world.loop.advance(1);
        assertThat(viewer("", grant, 8_000, 1).outlet.closeCode())
                .as("overtaken")
                .isEqualTo(CloseCode.REPLACED);

        SessionWorld.Client slow = viewer("", grant, 10, 2);
        assertThat(slow.outlet.closeCode()).isNull();
        assertThat(desk.outlet.closeCode()).isEqualTo(CloseCode.REPLACED);
        for (String resume : new String[] {"", desk.resume()}) {
            assertThat(viewer(resume, grant, 9_001, 1).outlet.closeCode())
                    .as("its place was taken")
                    .isEqualTo(CloseCode.REPLACED);
        }
        assertThat(slow.outlet.closeCode()).isNull();
        assertThat(viewer(slow.resume(), grant, 11, 2).outlet.closeCode()).isNull();
    }

    @Test
    void shouldNotGiveAReloadedViewersPlaceToALateHelloOfTheOneBefore() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        String grant = pair.invited.grant();
        SessionWorld.Client late = world.open(SessionWorld.SESSION);
        world.loop.advance(1);
        SessionWorld.Client reloaded = viewer("", grant, 9_000, 2);
        world.loop.advance(1);
        late.send(FrameType.HELLO, viewerHello("", grant, 8_000, 1));
        assertThat(late.outlet.closeCode())
                .as("where it is another desk, it may come again")
                .isEqualTo(CloseCode.PLACE_TAKEN);
        assertThat(reloaded.outlet.closeCode()).isNull();

        // Where the place is vacant it does no harm: the viewer that is there comes with a later one.
        SessionWorld.Client lateToo = world.open(SessionWorld.SESSION);
        world.loop.advance(1);
        reloaded = viewer("", grant, 9_001, 2);
        reloaded.lose();
        lateToo.send(FrameType.HELLO, viewerHello("", grant, 8_001, 1));
        assertThat(lateToo.outlet.closeCode()).isNull();
        assertThat(viewer(reloaded.resume(), grant, 9_002, 2).outlet.closeCode())
                .isNull();
        assertThat(lateToo.outlet.closeCode()).isEqualTo(CloseCode.REPLACED);
    }

    @Test
    void shouldTakeWhicheverSecretIsRightResumeBeforeGrant() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        String grant = pair.invited.grant();
        assertThat(viewer("a secret of long ago", grant, 1, 1).outlet.closeCode())
                .as("a stale secret does not hide the grant")
                .isNull();
        SessionWorld.Client byGrant = viewer("", grant, 2, 1);
        assertThat(viewer(byGrant.resume(), "a grant of long ago", 3, 1).outlet.closeCode())
                .as("nor a stale grant the secret")
                .isNull();
        assertThat(viewer("neither", "nor", 4, 1).outlet.closeCode()).isEqualTo(CloseCode.NOT_AUTHENTICATED);
    }

    @Test
    void shouldNotTakeNoteOfTheAttemptOfWhoeverHasNoSecret() {
        String resume = world.open(SessionWorld.SESSION).consumer().resume();
        assertThat(world.open(SessionWorld.SESSION)
                        .consumerAgain("guess", Long.MAX_VALUE)
                        .outlet
                        .closeCode())
                .isEqualTo(CloseCode.NOT_AUTHENTICATED);
        assertThat(world.open(SessionWorld.SESSION)
                        .consumerAgain(resume, 1)
                        .outlet
                        .closeCode())
                .isNull();
    }

    private SessionWorld.Client viewer(String resume, String grant, long attempt, long mark) {
        return world.open(SessionWorld.SESSION).send(FrameType.HELLO, viewerHello(resume, grant, attempt, mark));
    }

    private static String viewerHello(String resume, String grant, long attempt, long mark) {
        return "{\"protocol\":[1,1],\"role\":\"agent\",\"client\":\"t\",\"lz4\":true,\"grant\":\"" + grant
                + "\",\"attempt\":" + attempt + ",\"mark\":" + mark
                + (resume.isEmpty() ? "" : ",\"resume\":\"" + resume + "\"") + "}";
    }
}
