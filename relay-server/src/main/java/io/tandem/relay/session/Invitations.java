package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.RefusalReason;
import io.tandem.relay.identity.Role;
import io.tandem.relay.identity.SecretHash;
import io.tandem.relay.identity.SessionState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The invitations of one session, at most one of them pending. Each stands on a claim in the directory, which is released when
 * the invitation or the session that came of it is over. On the session's loop.
 */
final class Invitations {
    private final Session session;
    private final SessionServices services;

    /** In the order in which they were offered: few, and mostly one. */
    private List<Invitation> all = List.of();

    /** The last one, while it is offered or its session lives. */
    private @Nullable Invitation current;

    /** The last one that came to nothing. */
    private @Nullable Invitation last;

    Invitations(Session session, SessionServices services) {
        this.session = session;
        this.services = services;
    }

    boolean isPending() {
        return current != null && current.state() == InvitationState.OFFERED;
    }

    @Nullable
    Invitation find(String id) {
        for (Invitation invitation : all) {
            if (invitation.id().equals(id)) {
                return invitation;
            }
        }
        return null;
    }

    /** The one that came to nothing and whose agent says this HELLO: the word of it may have gone down with a carrier. */
    @Nullable
    Invitation findOver(Hello hello) {
        for (Invitation invitation : all) {
            Participant agent = invitation.agent();
            boolean isOver = invitation != current && hello.role() == Role.AGENT;
            if (isOver && (agent.knows(hello.resume()) || agent.wasGranted(hello.grant()))) {
                return invitation;
            }
        }
        return null;
    }

    /** Tells its agent what became of it, once more. */
    void bidFarewell(ClientChannel channel, Invitation over) {
        tellState(channel, over);
        channel.close(CloseCode.NORMAL, words(over));
    }

    private static String words(Invitation over) {
        return "the invitation is " + over.state().wireName();
    }

    /** The agent whose invitation is pending or was accepted, null where there is none. */
    @Nullable
    Participant invitedAgent() {
        return current == null ? null : current.agent();
    }

    /** Whether this agent's invitation is pending or was accepted. */
    boolean isEngaged(AgentIdentity agent) {
        return current != null && isFrom(current, agent);
    }

    private static boolean isFrom(Invitation invitation, AgentIdentity agent) {
        return invitation.from().id().equals(agent.id());
    }

    /** Asks the consumer. The claim was granted before; it stays the caller's unless the outcome is {@code Invited}. */
    InviteOutcome offer(AgentIdentity from, SessionDirectory.Claim claim, Mode mode) {
        if (session.state() != SessionState.WAITING || current != null) {
            return new InviteOutcome.SessionBusy(session.state());
        }
        if (all.size() >= services.limits().invitationsPerSession()) {
            return new InviteOutcome.TooManyInvitations(services.limits().invitationsPerSession());
        }
        String grant = services.secrets().next();
        Participant agent = session.attendance().add(Role.AGENT, from, SecretHash.of(grant));
        long validMillis = services.limits().invitationMillis();
        long now = services.ticker().nanoTime();
        Invitation invitation =
                new Invitation(claim, from, mode, agent, now + TimeUnit.MILLISECONDS.toNanos(validMillis));
        invitation.expireWith(session.schedule(() -> close(invitation, InvitationState.EXPIRED, null), validMillis));
        all = with(invitation);
        current = invitation;
        session.journal().invitation(AuditKind.INVITATION_OFFERED, invitation, agent);
        tellConsumer(invitation);
        session.onInvited();
        return new InviteOutcome.Invited(invitation.view(now), grant);
    }

    private List<Invitation> with(Invitation latest) {
        List<Invitation> more = new ArrayList<>(all);
        more.add(latest);
        return List.copyOf(more);
    }

    private void tellConsumer(Invitation invitation) {
        session.consumer()
                .ifPresent(channel -> channel.send(
                        Lane.CONTROL,
                        ControlFrames.invitation(
                                invitation.id(),
                                invitation.mode(),
                                invitation.from().name(),
                                invitation.expiresInMillis(services.ticker().nanoTime()))));
    }

    /** Brings one who has just arrived up to date. */
    void tell(Participant arrived) {
        Invitation invitation = current;
        ClientChannel channel = arrived.channel();
        if (channel == null) {
            return;
        }
        if (arrived.role() == Role.CONSUMER) {
            if (invitation == null && last != null) {
                // It may still be asked on the consumer's page: what became of it was perhaps lost with a carrier.
                tellState(channel, last);
            } else if (invitation != null && invitation.isAnswerable()) {
                tellConsumer(invitation);
            }
        } else if (invitation != null && arrived == invitation.agent()) {
            tellState(channel, invitation);
        }
    }

    /** INVITATION_ANSWER of the consumer. */
    void answer(ClientChannel consumer, ByteBuf frame) throws FrameViolation {
        ControlPayload.Answer answer = ControlPayload.answer(FrameHeader.payload(frame));
        Invitation invitation = current;
        if (invitation == null || !invitation.isAnswerable() || !invitation.id().equals(answer.invitation())) {
            consumer.refuse(RefusalReason.NO_SUCH_INVITATION, FrameType.INVITATION_ANSWER, FrameHeader.sequence(frame));
        } else if (answer.accept()) {
            invitation.confirming();
            confirm(invitation);
        } else {
            close(invitation, InvitationState.DECLINED, session.attendance().consumer());
        }
    }

    /** The session goes active only once the directory says that the agent is still free for it. */
    private void confirm(Invitation invitation) {
        long leaseMillis = services.limits().maximumMillis() + SessionLimits.LEASE_MARGIN_MILLIS;
        services.directory()
                .activate(invitation.claim(), leaseMillis)
                .whenComplete((stands, fault) ->
                        session.run(() -> accepted(invitation, fault == null && Boolean.TRUE.equals(stands))));
    }

    private void accepted(Invitation invitation, boolean stands) {
        if (invitation.state() != InvitationState.OFFERED) {
            release(invitation);
        } else if (stands) {
            moveTo(invitation, InvitationState.ACCEPTED, session.attendance().consumer(), "the consumer accepted");
            tellState(invitation);
            session.activate(invitation.mode(), invitation.agent());
        } else {
            close(invitation, InvitationState.WITHDRAWN, null);
        }
    }

    private void moveTo(Invitation invitation, InvitationState next, @Nullable Participant by, String reason) {
        invitation.moveTo(next, reason);
        AuditKind kind = switch (next) {
            case OFFERED -> AuditKind.INVITATION_OFFERED;
            case ACCEPTED -> AuditKind.INVITATION_ACCEPTED;
            case DECLINED -> AuditKind.INVITATION_DECLINED;
            case EXPIRED -> AuditKind.INVITATION_EXPIRED;
            case WITHDRAWN -> AuditKind.INVITATION_WITHDRAWN;
        };
        session.journal().invitation(kind, invitation, by);
    }

    /** Ends a pending invitation without a session; the consumer goes on waiting. By whom is null where it is the relay that ends it. */
    private void close(Invitation invitation, InvitationState outcome, @Nullable Participant by) {
        moveTo(invitation, outcome, by, "the session is " + session.state());
        current = null;
        last = invitation;
        tellState(invitation);
        release(invitation);
        session.attendance().dismiss(invitation.agent(), CloseCode.NORMAL, words(invitation));
    }

    private void tellState(Invitation invitation) {
        session.consumer().ifPresent(channel -> tellState(channel, invitation));
        ClientChannel agent = invitation.agent().channel();
        if (agent != null) {
            tellState(agent, invitation);
        }
    }

    private static void tellState(ClientChannel channel, Invitation invitation) {
        channel.send(
                Lane.CONTROL,
                ControlFrames.invitationState(ControlFrames.UNASKED, invitation.id(), invitation.state()));
    }

    CommandOutcome withdraw(AgentIdentity agent, String id) {
        Invitation invitation = find(id);
        if (invitation == null) {
            return CommandOutcome.NOT_FOUND;
        }
        if (!isFrom(invitation, agent)) {
            return CommandOutcome.NOT_YOURS;
        }
        if (invitation.state() != InvitationState.OFFERED) {
            return CommandOutcome.TOO_LATE;
        }
        close(invitation, InvitationState.WITHDRAWN, invitation.agent());
        return CommandOutcome.DONE;
    }

    /** Takes the pending invitation back. */
    void withdrawPending() {
        if (current != null && current.state() == InvitationState.OFFERED) {
            close(current, InvitationState.WITHDRAWN, current.agent());
        }
    }

    /** Frees the agent; called once, while both sides can still be told. */
    void sessionEnded() {
        Invitation invitation = current;
        current = null;
        if (invitation == null) {
            return;
        }
        if (invitation.state() == InvitationState.OFFERED) {
            moveTo(invitation, InvitationState.WITHDRAWN, null, "the session ended");
            tellState(invitation);
        }
        release(invitation);
    }

    private void release(Invitation invitation) {
        services.directory().release(invitation.claim()).exceptionally(fault -> {
            session.log("could not release its agent; the lease will run out", fault);
            return null;
        });
    }
}
