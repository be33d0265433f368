package io.tandem.relay.identity;

import java.util.Locale;

/** What the bearer of a token may ask by REST, and in which role: the only table of it. */
public enum AgentAct {
    /** Which of the brand's sessions there are. */
    LIST_SESSIONS,
    /** What one of them looks like. */
    SHOW_SESSION,
    /** Ends a session that the agent takes part in. */
    END_SESSION,
    /** Asks a consumer. */
    INVITE,
    /** Asks the consumer who read the agent a code. */
    INVITE_BY_CODE,
    /** What became of an invitation. */
    SHOW_INVITATION,
    /** Takes the agent's own invitation back. */
    WITHDRAW_INVITATION,
    /** Watches a live session. */
    OBSERVE;

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', ' ');

    /** Whether this role may. */
    public boolean isFor(AgentRole role) {
        return switch (this) {
            case LIST_SESSIONS, SHOW_SESSION -> true;
            case END_SESSION, INVITE, INVITE_BY_CODE, SHOW_INVITATION, WITHDRAW_INVITATION -> role == AgentRole.AGENT;
            case OBSERVE -> role == AgentRole.SUPERVISOR;
        };
    }

    /** For people. */
    public String label() {
        return label;
    }
}
