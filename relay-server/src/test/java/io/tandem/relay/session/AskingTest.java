package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.Mode;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** What a waiting consumer asks for, and what an agent asks a consumer for in the session. */
class AskingTest {
    private static final InetSocketAddress DESK = InetSocketAddress.createUnresolved("desk", 1);
    private static final long CODE_MILLIS = GuessLimits.DEFAULTS.validMillis();

    /** Before anybody is asked whether they are there. */
    private static final long STEP_MILLIS = 10_000;

    private final SessionWorld world = new SessionWorld();

    private void ask(SessionWorld.Client consumer, String want) {
        consumer.send(FrameType.ASK, "{\"want\":\"" + want + "\"}");
        world.loop.runTasks();
    }

    private String code(SessionWorld.Client consumer) {
        ask(consumer, "code");
        return SessionWorld.member(consumer.outlet.last(FrameType.ASKED).payload(), "code");
    }

    private InviteOutcome byCode(AgentIdentity agent, String code) {
        return world.now(world.sessions.inviteByCode(agent, DESK, code, Mode.SHARED));
    }

    /** Time goes by, and they are there all the while. */
    private void passWith(long millis, SessionWorld.Client... present) {
        for (long left = millis; left > 0; left -= STEP_MILLIS) {
            for (SessionWorld.Client client : present) {
                client.send(FrameType.PING, "");
            }
            world.loop.advance(Math.min(left, STEP_MILLIS));
        }
    }

    private static String wrong(String code) {
        return code.equals("000000") ? "000001" : "000000";
    }

    private static String lastError(SessionWorld.Client client) {
        return SessionWorld.member(client.outlet.last(FrameType.ERROR).payload(), "reason");
    }

    @Test
    void shouldInviteWhoeverReadTheCodeOutOnce() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        String code = code(consumer);
        assertThat(consumer.outlet.last(FrameType.ASKED).payload())
                .isEqualTo("{\"want\":\"code\",\"code\":\"" + code + "\",\"expiresInMillis\":" + CODE_MILLIS + "}");
        assertThat(byCode(SessionWorld.ADA, code)).isInstanceOf(InviteOutcome.Invited.class);
        assertThat(consumer.outlet.last(FrameType.INVITATION).payload()).contains("\"agent\":\"Ada\"");
        assertThat(byCode(SessionWorld.BOB, code)).isInstanceOf(InviteOutcome.NoSuchCode.class);
    }

    @Test
    void shouldSayTheSameCodeAgainUntilItsTimeIsOver() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        String code = code(consumer);
        world.loop.advance(1000);
        assertThat(code(consumer)).isEqualTo(code);
        SessionWorld.Client again = world.open(SessionWorld.SESSION).consumerAgain(consumer.resume(), false);
        assertThat(again.outlet.last(FrameType.ASKED).payload())
                .contains("\"code\":\"" + code + "\"", "\"expiresInMillis\":" + (CODE_MILLIS - 1000));
        passWith(CODE_MILLIS - 1000, again);
        assertThat(again.outlet.last(FrameType.ASKED).payload()).isEqualTo("{\"want\":\"nothing\"}");
        assertThat(byCode(SessionWorld.ADA, code)).isInstanceOf(InviteOutcome.NoSuchCode.class);
    }

    @Test
    void shouldTakeACodeBack() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        String code = code(consumer);
        ask(consumer, "nothing");
        assertThat(byCode(SessionWorld.ADA, code)).isInstanceOf(InviteOutcome.NoSuchCode.class);
    }

    @Test
    void shouldNotSayACodeThatComesWhenItIsWantedNoMore() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        world.codes.hold();
        ask(consumer, "code");
        ask(consumer, "nothing");
        world.codes.release();
        world.loop.runTasks();
        assertThat(consumer.outlet.last(FrameType.ASKED).payload()).isEqualTo("{\"want\":\"nothing\"}");
        world.codes.hold();
        ask(consumer, "code");
        world.invite(SessionWorld.ADA, SessionWorld.SESSION, Mode.SHARED);
        world.codes.release();
        world.loop.runTasks();
        assertThat(consumer.outlet.last(FrameType.ASKED).payload()).isEqualTo("{\"want\":\"nothing\"}");
    }

    @Test
    void shouldForgetTheCodeOfAConsumerWhoHasGone() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        String code = code(consumer);
        consumer.send(FrameType.END, "{}");
        assertThat(byCode(SessionWorld.ADA, code)).isInstanceOf(InviteOutcome.NoSuchCode.class);
    }

    @Test
    void shouldKeepACodeThatABusyAgentNamed() {
        world.open(SessionWorld.OTHER_SESSION).consumer();
        world.invite(SessionWorld.ADA, SessionWorld.OTHER_SESSION, Mode.SHARED);
        String code = code(world.open(SessionWorld.SESSION).consumer());
        assertThat(byCode(SessionWorld.ADA, code)).isInstanceOf(InviteOutcome.AgentBusy.class);
        assertThat(byCode(SessionWorld.BOB, code)).isInstanceOf(InviteOutcome.Invited.class);
    }

    @Test
    void shouldStopListeningToAnAgentWhoGuesses() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        String code = code(consumer);
        for (int i = 0; i < GuessLimits.DEFAULTS.perAgent(); i++) {
            assertThat(byCode(SessionWorld.ADA, wrong(code))).isInstanceOf(InviteOutcome.NoSuchCode.class);
        }
        assertThat(byCode(SessionWorld.ADA, code)).isInstanceOf(InviteOutcome.TooManyGuesses.class);
        assertThat(byCode(SessionWorld.BOB, code)).isInstanceOf(InviteOutcome.Invited.class);
        assertThat(world.audit.refusals).contains("demo: code");
    }

    @Test
    void shouldFindNoCodeOfAnotherBrand() {
        String code = code(world.open(SessionWorld.SESSION).consumer());
        AgentIdentity stranger = new AgentIdentity(SessionWorld.OTHER_BRAND, "x", "X");
        assertThat(byCode(stranger, code)).isInstanceOf(InviteOutcome.NoSuchCode.class);
    }

    @Test
    void shouldGiveASessionNoMoreCodesThanItMayHave() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        for (int i = 0; i < GuessLimits.DEFAULTS.codesPerSession(); i++) {
            code(consumer);
            ask(consumer, "nothing");
        }
        ask(consumer, "code");
        assertThat(lastError(consumer)).isEqualTo("no-code");
    }

    @Test
    void shouldShowWhoAsksForAnAgentUntilOneInvites() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        assertThat(world.view().askingSinceNanos()).isNull();
        ask(consumer, "agent");
        ask(consumer, "agent");
        assertThat(consumer.outlet.last(FrameType.ASKED).payload()).isEqualTo("{\"want\":\"agent\"}");
        assertThat(world.view().askingSinceNanos()).isNotNull();
        assertThat(world.audit.kinds()).containsExactly(AuditKind.HELP_ASKED);
        world.invite(SessionWorld.ADA, SessionWorld.SESSION, Mode.SHARED);
        assertThat(world.view().askingSinceNanos()).isNull();
    }

    @Test
    void shouldAnswerARequestInALiveSessionByWhyNot() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        ask(pair.consumer, "agent");
        assertThat(lastError(pair.consumer)).isEqualTo("not-waiting");
    }

    private static void mode(SessionWorld.Client by, String mode) {
        by.send(FrameType.SET_MODE, "{\"mode\":\"" + mode + "\"}");
    }

    @Test
    void shouldAskTheConsumerForAHigherModeAndTakeEitherAnswer() {
        SessionWorld.Pair pair = world.pair(Mode.VIEW_ONLY);
        mode(pair.agent, "shared");
        assertThat(pair.consumer.outlet.last(FrameType.SESSION).payload())
                .contains("\"mode\":\"view-only\",\"modeAsked\":\"shared\"");
        mode(pair.consumer, "view-only");
        assertThat(pair.agent.outlet.last(FrameType.SESSION).payload())
                .contains("\"mode\":\"view-only\"")
                .doesNotContain("modeAsked");
        mode(pair.agent, "shared");
        mode(pair.consumer, "shared");
        assertThat(world.view().mode()).isEqualTo(Mode.SHARED);
        assertThat(world.view().modeAsked()).isNull();
        assertThat(world.audit.kinds())
                .containsSubsequence(
                        AuditKind.MODE_ASKED, AuditKind.MODE_DECLINED, AuditKind.MODE_ASKED, AuditKind.MODE_RAISED);
    }

    @Test
    void shouldAskNoMoreOnceTheTimeIsOverOrTheAgentTakesItBack() {
        SessionWorld.Pair pair = world.pair(Mode.VIEW_ONLY);
        mode(pair.agent, "shared");
        mode(pair.agent, "view-only");
        assertThat(world.view().modeAsked()).isNull();
        mode(pair.agent, "shared");
        passWith(SessionLimits.DEFAULTS.invitationMillis(), pair.consumer, pair.agent);
        assertThat(pair.consumer.outlet.last(FrameType.SESSION).payload()).doesNotContain("modeAsked");
        assertThat(world.view().mode()).isEqualTo(Mode.VIEW_ONLY);
    }

    @Test
    void shouldNotLetAnAgentWearTheConsumerDown() {
        SessionWorld.Pair pair = world.pair(Mode.VIEW_ONLY);
        for (int i = 0; i < SessionLimits.MODE_WISHES; i++) {
            mode(pair.agent, "shared");
            mode(pair.consumer, "view-only");
        }
        mode(pair.agent, "shared");
        assertThat(lastError(pair.agent)).isEqualTo("consent-needed");
        assertThat(world.view().modeAsked()).isNull();
        mode(pair.consumer, "shared");
        assertThat(world.view().mode()).isEqualTo(Mode.SHARED);
    }
}
