package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.SessionState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From asking to answering; and that an agent does one thing at a time. */
class InvitationsTest {
    private final SessionWorld world = new SessionWorld();
    private final SessionWorld.Client consumer =
            world.open(SessionWorld.SESSION).consumer();
    private final SessionWorld.Client other =
            world.open(SessionWorld.OTHER_SESSION).consumer();

    private String resume = "";

    @BeforeEach
    void keepTheResumeSecretAndForgetTheWelcomes() {
        resume = consumer.resume();
        consumer.outlet.take();
        other.outlet.take();
    }

    private InviteOutcome.Invited invite() {
        return world.invite(SessionWorld.ADA, SessionWorld.SESSION, Mode.SHARED);
    }

    private InviteOutcome attempt(AgentIdentity agent, String session) {
        return world.now(world.sessions.invite(agent, session, Mode.VIEW_ONLY));
    }

    private static void answer(SessionWorld.Client consumer, InviteOutcome.Invited invited, boolean accept) {
        consumer.send(
                FrameType.INVITATION_ANSWER,
                "{\"invitation\":\"" + invited.invitation().id() + "\",\"accept\":" + accept + "}");
    }

    private InvitationState stateOf(InviteOutcome.Invited invited) {
        return world.now(world.sessions.invitation(
                        SessionWorld.BRAND,
                        SessionWorld.SESSION,
                        invited.invitation().id()))
                .orElseThrow()
                .state();
    }

    @Test
    void shouldTellAnAgentThatComesBackWhatBecameOfItsInvitation() {
        InviteOutcome.Invited invited = invite();
        SessionWorld.Client agent = world.open(SessionWorld.SESSION).guest("agent", invited.grant());
        String secret = agent.resume();
        answer(consumer, invited, false);
        assertThat(agent.outlet.closeCode()).isEqualTo(CloseCode.NORMAL);

        for (String known : new String[] {"grant\":\"" + invited.grant(), "resume\":\"" + secret}) {
            SessionWorld.Client again = world.open(SessionWorld.SESSION)
                    .send(
                            FrameType.HELLO,
                            "{\"protocol\":[1,1],\"role\":\"agent\",\"client\":\"test\",\"lz4\":true,\"" + known
                                    + "\"}");
            assertThat(again.outlet.last(FrameType.WELCOME).payload()).contains("\"state\":\"waiting\"");
            assertThat(SessionWorld.member(
                            again.outlet.last(FrameType.INVITATION_STATE).payload(), "state"))
                    .isEqualTo("declined");
            assertThat(again.outlet.closeCode()).isEqualTo(CloseCode.NORMAL);
            assertThat(again.outlet.closeReason()).isEqualTo("the invitation is declined");
        }
    }

    @Test
    void shouldAskTheConsumerAndGoActiveWhenItAccepts() {
        InviteOutcome.Invited invited = invite();
        RecordingOutlet.Sent asked = consumer.outlet.last(FrameType.INVITATION);
        assertThat(SessionWorld.member(asked.payload(), "agent")).isEqualTo("Ada");
        assertThat(SessionWorld.member(asked.payload(), "expiresInMillis")).isEqualTo("120000");
        SessionWorld.Client agent = world.open(SessionWorld.SESSION).guest("agent", invited.grant());
        assertThat(SessionWorld.member(
                        agent.outlet.last(FrameType.INVITATION_STATE).payload(), "state"))
                .isEqualTo("offered");
        answer(consumer, invited, true);
        assertThat(SessionWorld.member(
                        agent.outlet.last(FrameType.INVITATION_STATE).payload(), "state"))
                .isEqualTo("accepted");
        assertThat(SessionWorld.member(agent.outlet.last(FrameType.SESSION).payload(), "mode"))
                .isEqualTo("shared");
        assertThat(world.view().state()).isEqualTo(SessionState.ACTIVE);
        assertThat(stateOf(invited)).isEqualTo(InvitationState.ACCEPTED);
    }

    @Test
    void shouldSendTheAgentAwayWhenTheConsumerDeclinesAndLetTheConsumerWait() {
        InviteOutcome.Invited invited = invite();
        SessionWorld.Client agent = world.open(SessionWorld.SESSION).guest("agent", invited.grant());
        answer(consumer, invited, false);
        assertThat(SessionWorld.member(
                        agent.outlet.last(FrameType.INVITATION_STATE).payload(), "state"))
                .isEqualTo("declined");
        assertThat(agent.outlet.closeCode()).isEqualTo(CloseCode.NORMAL);
        assertThat(stateOf(invited)).isEqualTo(InvitationState.DECLINED);
        assertThat(world.view().invitable()).isTrue();
        assertThat(world.view().participants()).hasSize(1);
        assertThat(world.open(SessionWorld.SESSION)
                        .guest("agent", invited.grant())
                        .outlet
                        .closeCode())
                .isEqualTo(CloseCode.NORMAL);
        assertThat(world.view().participants()).hasSize(1);
    }

    @Test
    void shouldTellTheNameOfAnAgentThatWasCutInACharacter() {
        world.invite(
                new AgentIdentity(SessionWorld.BRAND, "cut", "Zo\u00eb \ud83d"), SessionWorld.SESSION, Mode.SHARED);
        assertThat(SessionWorld.member(
                        consumer.outlet.last(FrameType.INVITATION).payload(), "agent"))
                .isEqualTo("Zo\u00eb ?");
    }

    @Test
    void shouldExpireAfterTwoMinutes() {
        InviteOutcome.Invited invited = invite();
        for (int i = 0; i < 11; i++) {
            world.loop.advance(10_000);
            consumer.send(FrameType.PONG);
            other.send(FrameType.PONG);
        }
        world.loop.advance(9_900);
        assertThat(stateOf(invited)).isEqualTo(InvitationState.OFFERED);
        world.loop.advance(100);
        assertThat(stateOf(invited)).isEqualTo(InvitationState.EXPIRED);
        assertThat(attempt(SessionWorld.ADA, SessionWorld.OTHER_SESSION)).isInstanceOf(InviteOutcome.Invited.class);
    }

    @Test
    void shouldBeAskedAgainAfterAPageLoadAndSurviveNavigatingWhileAccepting() {
        InviteOutcome.Invited invited = invite();
        SessionWorld.Client page = world.open(SessionWorld.SESSION).consumerAgain(resume, false);
        assertThat(SessionWorld.member(page.outlet.last(FrameType.INVITATION).payload(), "invitation"))
                .isEqualTo(invited.invitation().id());
        answer(page, invited, true);
        page.lose();
        assertThat(world.view().state()).isEqualTo(SessionState.ACTIVE);
    }

    @Test
    void shouldLetAnAgentEngageInOneThingAtATimeAcrossSessions() {
        invite();
        assertThat(attempt(SessionWorld.ADA, SessionWorld.OTHER_SESSION))
                .isEqualTo(new InviteOutcome.AgentBusy(SessionDirectory.Stage.PENDING));
        assertThat(other.outlet.takeTypes()).isEmpty();
        assertThat(attempt(SessionWorld.BOB, SessionWorld.OTHER_SESSION)).isInstanceOf(InviteOutcome.Invited.class);
    }

    @Test
    void shouldKeepAnAgentWithAnActiveSessionFromInvitingElsewhere() {
        answer(consumer, invite(), true);
        assertThat(attempt(SessionWorld.ADA, SessionWorld.OTHER_SESSION))
                .isEqualTo(new InviteOutcome.AgentBusy(SessionDirectory.Stage.ACTIVE));
        consumer.send(FrameType.END, "{}");
        assertThat(attempt(SessionWorld.ADA, SessionWorld.OTHER_SESSION)).isInstanceOf(InviteOutcome.Invited.class);
    }

    @Test
    void shouldKeepASecondAgentFromATakenSessionAndLeaveThatAgentFree() {
        InviteOutcome.Invited invited = invite();
        assertThat(attempt(SessionWorld.BOB, SessionWorld.SESSION))
                .isEqualTo(new InviteOutcome.SessionBusy(SessionState.WAITING));
        answer(consumer, invited, true);
        assertThat(attempt(SessionWorld.BOB, SessionWorld.SESSION))
                .isEqualTo(new InviteOutcome.SessionBusy(SessionState.ACTIVE));
        assertThat(attempt(SessionWorld.BOB, SessionWorld.OTHER_SESSION)).isInstanceOf(InviteOutcome.Invited.class);
    }

    @Test
    void shouldNotShowABrandsSessionsToAnother() {
        AgentIdentity stranger = new AgentIdentity(SessionWorld.OTHER_BRAND, "ada", "Ada");
        assertThat(attempt(stranger, SessionWorld.SESSION)).isEqualTo(new InviteOutcome.NoSuchSession());
        assertThat(world.sessions.find(SessionWorld.OTHER_BRAND, SessionWorld.SESSION))
                .isEmpty();
        assertThat(world.sessions.list(SessionWorld.OTHER_BRAND, SessionState.WAITING))
                .isEmpty();
        assertThat(world.sessions.list(SessionWorld.BRAND, SessionState.WAITING))
                .hasSize(2);
    }

    @Test
    void shouldLetOnlyTheInvitingAgentWithdrawAndOnlyWhileItIsOffered() {
        InviteOutcome.Invited invited = invite();
        String id = invited.invitation().id();
        assertThat(world.now(world.sessions.withdraw(SessionWorld.BOB, SessionWorld.SESSION, id)))
                .isEqualTo(CommandOutcome.NOT_YOURS);
        assertThat(world.now(world.sessions.withdraw(SessionWorld.ADA, SessionWorld.SESSION, "none")))
                .isEqualTo(CommandOutcome.NOT_FOUND);
        assertThat(world.now(world.sessions.withdraw(SessionWorld.ADA, SessionWorld.SESSION, id)))
                .isEqualTo(CommandOutcome.DONE);
        assertThat(SessionWorld.member(
                        consumer.outlet.last(FrameType.INVITATION_STATE).payload(), "state"))
                .isEqualTo("withdrawn");
        assertThat(world.now(world.sessions.withdraw(SessionWorld.ADA, SessionWorld.SESSION, id)))
                .isEqualTo(CommandOutcome.TOO_LATE);
    }

    @Test
    void shouldTellAConsumerThatWasAwayThatTheInvitationIsOver() {
        InviteOutcome.Invited invited = invite();
        String id = invited.invitation().id();
        consumer.lose();
        world.now(world.sessions.withdraw(SessionWorld.ADA, SessionWorld.SESSION, id));
        SessionWorld.Client back = world.open(SessionWorld.SESSION).consumerAgain(resume, true);
        String told = back.outlet.last(FrameType.INVITATION_STATE).payload();
        assertThat(SessionWorld.member(told, "invitation")).isEqualTo(id);
        assertThat(SessionWorld.member(told, "state")).isEqualTo("withdrawn");
    }

    @Test
    void shouldTellAConsumerThatComesBackOnlyOfTheInvitationThatIsPending() {
        answer(consumer, invite(), false);
        InviteOutcome.Invited second = invite();
        SessionWorld.Client back = world.open(SessionWorld.SESSION).consumerAgain(resume, true);
        assertThat(SessionWorld.member(back.outlet.last(FrameType.INVITATION).payload(), "invitation"))
                .isEqualTo(second.invitation().id());
        assertThat(back.outlet.takeTypes()).doesNotContain(FrameType.INVITATION_STATE);
    }

    @Test
    void shouldRefuseAnAnswerToWhatIsNotPending() {
        consumer.send(FrameType.INVITATION_ANSWER, "{\"invitation\":\"none\",\"accept\":true}");
        assertThat(SessionWorld.member(consumer.outlet.last(FrameType.ERROR).payload(), "reason"))
                .isEqualTo("no-such-invitation");
        InviteOutcome.Invited invited = invite();
        answer(consumer, invited, true);
        answer(consumer, invited, true);
        assertThat(SessionWorld.member(consumer.outlet.last(FrameType.ERROR).payload(), "reason"))
                .isEqualTo("no-such-invitation");
        assertThat(world.view().state()).isEqualTo(SessionState.ACTIVE);
    }

    @Test
    void shouldWithdrawWhereTheInvitingAgentEndsBeforeTheAnswer() {
        InviteOutcome.Invited invited = invite();
        world.open(SessionWorld.SESSION).guest("agent", invited.grant()).send(FrameType.END, "{}");
        assertThat(stateOf(invited)).isEqualTo(InvitationState.WITHDRAWN);
        assertThat(world.view().state()).isEqualTo(SessionState.WAITING);
    }

    @Test
    void shouldFreeTheAgentWhereTheConsumerLeavesBeforeTheAnswer() {
        invite();
        consumer.lose();
        world.loop.advance(30_000);
        assertThat(attempt(SessionWorld.ADA, SessionWorld.OTHER_SESSION)).isInstanceOf(InviteOutcome.Invited.class);
    }

    @Test
    void shouldNotPesterAConsumerWithoutEnd() {
        for (int i = 0; i < SessionLimits.DEFAULTS.invitationsPerSession(); i++) {
            answer(consumer, invite(), false);
        }
        assertThat(attempt(SessionWorld.ADA, SessionWorld.SESSION))
                .isEqualTo(new InviteOutcome.TooManyInvitations(SessionLimits.DEFAULTS.invitationsPerSession()));
        assertThat(attempt(SessionWorld.ADA, SessionWorld.OTHER_SESSION)).isInstanceOf(InviteOutcome.Invited.class);
    }
}
