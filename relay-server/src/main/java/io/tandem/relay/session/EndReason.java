package io.tandem.relay.session;

import java.util.Locale;

/** Why a session ended, as both sides are told. */
public enum EndReason {
    /** The consumer pressed the X. */
    CONSUMER_ENDED,
    /** The agent ended it. */
    AGENT_ENDED,
    /** The consumer was away for longer than its grace. */
    CONSUMER_GONE,
    /** The agent was away for longer than its grace. */
    AGENT_GONE,
    /** Nothing happened for too long. */
    IDLE,
    /** It lasted as long as a session may. */
    MAXIMUM_TIME,
    /** The relay was stopped. */
    NODE_STOPPED,
    /** The brand, or the origin of the consumer's page, was taken from the relay's configuration. */
    NOT_SERVED;

    private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The name that stands in JSON. */
    public String wireName() {
        return wireName;
    }
}
