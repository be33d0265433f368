package io.tandem.relay.session;

import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.Role;
import org.jspecify.annotations.Nullable;

/**
 * Tells the audit what happens in one session, from the first invitation or request for help on: that a consumer looks at a page of the brand is nobody's business. On the
 * session's loop.
 */
final class SessionJournal {
    private final Session session;

    /** Of the last event; 0 before the first. */
    private int sequence;

    /** What the bound left out. */
    private int omitted;

    /** Whether the agent's wish for a higher mode was told since the mode last changed: who asks a hundred times asks for the same. */
    private boolean wishTold;

    SessionJournal(Session session) {
        this.session = session;
    }

    private AuditSink sink() {
        return session.services().audit();
    }

    /** An invitation was offered, or came to this; by whom is null where a time ran out or the relay took it back. */
    void invitation(AuditKind kind, Invitation invitation, @Nullable Participant by) {
        SessionView.PageView page = session.attendance().page();
        if (kind == AuditKind.INVITATION_OFFERED && sequence == 0) {
            sequence = 1;
            emit(kind, by, invited(invitation, page));
        } else {
            tell(kind, by, invited(invitation, page));
        }
    }

    private static AuditEvent.Invited invited(Invitation invitation, SessionView.@Nullable PageView page) {
        return new AuditEvent.Invited(
                invitation.id(), actor(invitation.agent()), invitation.mode(), page == null ? null : page.origin());
    }

    /** The mode was changed, if it was. */
    void mode(Participant by, Mode mode, @Nullable Mode before) {
        if (before != null && mode != before) {
            wishTold = false;
            boolean raised = mode.compareTo(before) > 0;
            tell(raised ? AuditKind.MODE_RAISED : AuditKind.MODE_LOWERED, by, new AuditEvent.Moded(mode, before));
        }
    }

    /** An agent asked for more than it may have without the consumer. */
    void modeAsked(Participant by, Mode wanted, Mode now) {
        if (!wishTold) {
            wishTold = true;
            tell(AuditKind.MODE_ASKED, by, new AuditEvent.Moded(wanted, now));
        }
    }

    /** The consumer was asked for a higher mode and said no. */
    void modeDeclined(Participant by, Mode wanted, Mode now) {
        wishTold = false;
        tell(AuditKind.MODE_DECLINED, by, new AuditEvent.Moded(wanted, now));
    }

    /** The consumer asks for any agent: the brand may want to send one. */
    void helpAsked() {
        if (sequence == 0) {
            sequence = 1;
            emit(AuditKind.HELP_ASKED, session.attendance().consumer(), AuditEvent.None.NONE);
        } else {
            tell(AuditKind.HELP_ASKED, session.attendance().consumer(), AuditEvent.None.NONE);
        }
    }

    void paused(Participant by, boolean paused) {
        tell(paused ? AuditKind.SESSION_PAUSED : AuditKind.SESSION_RESUMED, by, AuditEvent.None.NONE);
    }

    /** Somebody who was not there is. */
    void arrived(Participant who, boolean firstTime) {
        tell(firstTime ? AuditKind.PARTICIPANT_JOINED : AuditKind.PARTICIPANT_RETURNED, who, AuditEvent.None.NONE);
    }

    void left(Participant who) {
        tell(AuditKind.PARTICIPANT_LEFT, who, AuditEvent.None.NONE);
    }

    /** Comes also where the bound is reached: how it ended is what is asked for first. */
    void ended(EndReason reason, @Nullable Participant by, long liveMillis) {
        if (sequence > 0) {
            sequence++;
            emit(AuditKind.SESSION_ENDED, by, new AuditEvent.Ended(reason, liveMillis, omitted));
        }
    }

    /** A frame that its sender may not send, and was told so. */
    void refused(AuditRefusal why) {
        sink().refused(session.brand().key(), why);
    }

    private void tell(AuditKind kind, @Nullable Participant by, AuditEvent.Detail detail) {
        if (sequence == 0) {
            return;
        }
        if (sequence >= SessionLimits.AUDIT_EVENTS) {
            omitted++;
            return;
        }
        sequence++;
        emit(kind, by, detail);
    }

    private void emit(AuditKind kind, @Nullable Participant by, AuditEvent.Detail detail) {
        sink().happened(new AuditEvent(
                kind, session.brand().key(), session.id(), sequence, by == null ? null : actor(by), detail));
    }

    private static AuditEvent.Actor actor(Participant who) {
        return new AuditEvent.Actor(who.role(), who.number(), who.role() == Role.CONSUMER ? null : who.agentId());
    }
}
