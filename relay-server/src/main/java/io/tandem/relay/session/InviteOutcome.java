package io.tandem.relay.session;

import io.tandem.relay.identity.SessionState;

/** What became of an attempt to invite a consumer. */
public sealed interface InviteOutcome {

    /** The consumer is asked; the grant lets the agent's viewer open its channel. */
    record Invited(InvitationView invitation, String grant) implements InviteOutcome {}

    /** The agent is engaged already. */
    record AgentBusy(SessionDirectory.Stage stage) implements InviteOutcome {}

    /** Another agent was first, or the session is past waiting. */
    record SessionBusy(SessionState state) implements InviteOutcome {}

    /** The consumer was asked as often as a session allows. */
    record TooManyInvitations(int allowed) implements InviteOutcome {}

    /** No consumer of the brand has this code now. */
    record NoSuchCode() implements InviteOutcome {}

    /** The agent, its address or its brand named too many codes that nobody has; one more is looked at after this time. */
    record TooManyGuesses(long lockedMillis) implements InviteOutcome {}

    /** There is no such session of the agent's brand. */
    record NoSuchSession() implements InviteOutcome {}
}
