package io.tandem.relay.identity;

import java.nio.charset.StandardCharsets;

/**
 * An agent or supervisor whose token was verified.
 *
 * @param brand for whom they work
 * @param id the token's subject, which means something within the brand only
 * @param name for the consumer to read
 * @param role what the token lets them do
 */
public record AgentIdentity(Brand brand, String id, String name, AgentRole role) {
    /** A name that was cut in the middle of a character has no UTF-8, in which frames speak of it: what is left of the character becomes a question mark. */
    public AgentIdentity {
        name = new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** An agent. */
    public AgentIdentity(Brand brand, String id, String name) {
        this(brand, id, name, AgentRole.AGENT);
    }
}
