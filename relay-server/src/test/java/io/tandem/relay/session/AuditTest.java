package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.Role;
import io.tandem.relay.session.AuditEvent.Actor;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every step of a session is told once, by whom it was made, and nothing that is not a step. */
class AuditTest {
    private static final Actor CONSUMER = new Actor(Role.CONSUMER, 1, null);
    private static final Actor ADA = new Actor(Role.AGENT, 2, "ada");

    private final SessionWorld world = new SessionWorld();

    private void end(SessionWorld.Client by) {
        by.send(FrameType.END, "{}");
    }

    private static void mode(SessionWorld.Client by, String mode) {
        by.send(FrameType.SET_MODE, "{\"mode\":\"" + mode + "\"}");
    }

    private void answer(SessionWorld.Client consumer, InviteOutcome.Invited invited, boolean accept) {
        consumer.send(
                FrameType.INVITATION_ANSWER,
                "{\"invitation\":\"" + invited.invitation().id() + "\",\"accept\":" + accept + "}");
    }

    @Test
    void shouldTellAWholeSessionInItsOrder() {
        SessionWorld.Pair pair = world.pair(Mode.VIEW_ONLY);
        mode(pair.agent, "shared");
        mode(pair.agent, "shared");
        mode(pair.consumer, "shared");
        mode(pair.agent, "view-only");
        pair.consumer.send(FrameType.PAUSE, "{\"paused\":true}");
        pair.consumer.send(FrameType.PAUSE, "{\"paused\":true}");
        pair.consumer.send(FrameType.PAUSE, "{\"paused\":false}");
        pair.consumer.lose();
        SessionWorld.Client again = world.open(SessionWorld.SESSION).consumerAgain(pair.resume, false);
        world.loop.advance(2_000);
        end(again);
        assertThat(world.audit.kinds())
                .containsExactly(
                        AuditKind.INVITATION_OFFERED,
                        AuditKind.PARTICIPANT_JOINED,
                        AuditKind.INVITATION_ACCEPTED,
                        AuditKind.MODE_ASKED,
                        AuditKind.MODE_RAISED,
                        AuditKind.MODE_LOWERED,
                        AuditKind.SESSION_PAUSED,
                        AuditKind.SESSION_RESUMED,
                        AuditKind.PARTICIPANT_LEFT,
                        AuditKind.PARTICIPANT_RETURNED,
                        AuditKind.SESSION_ENDED);
        assertThat(world.audit.events.stream().map(AuditEvent::sequence))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 11).boxed().toList());
        assertThat(world.audit.events.stream().map(AuditEvent::actor))
                .containsExactly(
                        ADA, ADA, CONSUMER, ADA, CONSUMER, ADA, CONSUMER, CONSUMER, CONSUMER, CONSUMER, CONSUMER);
        assertThat(world.audit.events)
                .allMatch(
                        event -> event.brand().equals("demo") && event.session().equals(SessionWorld.SESSION));
        assertThat(world.audit.events.get(0).detail())
                .isEqualTo(new AuditEvent.Invited(
                        pair.invited.invitation().id(), ADA, Mode.VIEW_ONLY, SessionWorld.ORIGIN));
        assertThat(world.audit.events.get(4).detail()).isEqualTo(new AuditEvent.Moded(Mode.SHARED, Mode.VIEW_ONLY));
        assertThat(world.audit.last().detail()).isEqualTo(new AuditEvent.Ended(EndReason.CONSUMER_ENDED, 2_000, 0));
    }

    @Test
    void shouldSayNothingOfAConsumerWhomNobodyInvited() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        consumer.lose();
        world.loop.advance(60_000);
        assertThat(world.audit.events).isEmpty();
    }

    @Test
    void shouldSayHowAnInvitationCameToNothing() {
        SessionWorld.Client consumer = world.open(SessionWorld.SESSION).consumer();
        answer(consumer, world.invite(SessionWorld.ADA, SessionWorld.SESSION, Mode.SHARED), false);
        assertThat(world.audit.last().kind()).isEqualTo(AuditKind.INVITATION_DECLINED);
        assertThat(world.audit.last().actor()).isEqualTo(CONSUMER);

        world.invite(SessionWorld.BOB, SessionWorld.SESSION, Mode.SHARED);
        for (int i = 0; i < 12; i++) {
            world.loop.advance(10_000);
            consumer.send(FrameType.PONG);
        }
        assertThat(world.audit.last().kind()).isEqualTo(AuditKind.INVITATION_EXPIRED);
        assertThat(world.audit.last().actor()).isNull();

        String third = world.invite(SessionWorld.ADA, SessionWorld.SESSION, Mode.SHARED)
                .invitation()
                .id();
        world.now(world.sessions.withdraw(SessionWorld.ADA, SessionWorld.SESSION, third));
        assertThat(world.audit.last().kind()).isEqualTo(AuditKind.INVITATION_WITHDRAWN);
        assertThat(world.audit.last().actor()).isEqualTo(new Actor(Role.AGENT, 4, "ada"));

        world.invite(SessionWorld.ADA, SessionWorld.SESSION, Mode.SHARED);
        end(consumer);
        assertThat(world.audit.kinds())
                .endsWith(AuditKind.INVITATION_OFFERED, AuditKind.INVITATION_WITHDRAWN, AuditKind.SESSION_ENDED);
        assertThat(world.audit.last().detail()).isEqualTo(new AuditEvent.Ended(EndReason.CONSUMER_ENDED, 0, 0));
    }

    @Test
    void shouldSayWhoEndedItAndThatTheRelayDid() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        end(pair.agent);
        assertThat(world.audit.last().actor()).isEqualTo(ADA);

        SessionWorld other = new SessionWorld();
        SessionWorld.Pair left = other.pair(Mode.SHARED);
        left.consumer.lose();
        other.loop.advance(SessionLimits.DEFAULTS.consumerGraceMillis());
        assertThat(other.audit.last().actor()).isNull();
        assertThat(((AuditEvent.Ended) other.audit.last().detail()).reason()).isEqualTo(EndReason.CONSUMER_GONE);
    }

    @Test
    void shouldTellNoMoreThanItsBoundAndHowItEndedAllTheSame() {
        SessionWorld.Pair pair = world.pair(Mode.SHARED);
        for (int i = 0; i < 2 * SessionLimits.AUDIT_EVENTS; i++) {
            pair.consumer.send(FrameType.PAUSE, "{\"paused\":" + (i % 2 == 0) + "}");
        }
        end(pair.consumer);
        assertThat(world.audit.events).hasSize(SessionLimits.AUDIT_EVENTS + 1);
        AuditEvent.Ended ended = (AuditEvent.Ended) world.audit.last().detail();
        assertThat(ended.omitted()).isEqualTo(SessionLimits.AUDIT_EVENTS + 3);
    }

    @Test
    void shouldCountWhatIsRefused() {
        SessionWorld.Pair pair = world.pair(Mode.VIEW_ONLY);
        pair.agent.send(FrameType.CLICK, (byte) 1);
        pair.consumer.send(FrameType.CLICK, (byte) 1);
        world.open(SessionWorld.SESSION).guest("agent", "a grant that nobody gave");
        world.open(SessionWorld.SESSION).consumer();
        world.openFrom("https://elsewhere.example").consumer();
        assertThat(world.audit.refusals)
                .containsExactlyElementsOf(List.of(
                        "demo: frame-of-mode",
                        "demo: frame-of-role",
                        "demo: secret",
                        "demo: secret",
                        "demo: page-origin"));
    }
}
