package io.tandem.relay.identity;

/**
 * An agent whose token was verified.
 *
 * @param brand for whom the agent works
 * @param id the token's subject, which means something within the brand only
 * @param name for the consumer to read
 */
public record AgentIdentity(Brand brand, String id, String name) {}
