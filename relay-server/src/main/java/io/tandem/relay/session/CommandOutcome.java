package io.tandem.relay.session;

/** What became of an agent's attempt to end or withdraw. */
public enum CommandOutcome {
    /** It is done. */
    DONE,
    /** There is no such session or invitation of the agent's brand. */
    NOT_FOUND,
    /** It belongs to another agent. */
    NOT_YOURS,
    /** It is past that already. */
    TOO_LATE
}
