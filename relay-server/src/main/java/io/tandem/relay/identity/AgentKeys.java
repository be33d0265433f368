package io.tandem.relay.identity;

/** What a brand's tokens are verified with: a secret that both have, or public keys that the brand publishes. */
public sealed interface AgentKeys permits AgentSecret, KeySetSource {}
