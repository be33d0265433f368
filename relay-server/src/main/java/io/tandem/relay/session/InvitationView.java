package io.tandem.relay.session;

import io.tandem.relay.identity.Mode;

/**
 * An invitation as its agent sees it.
 *
 * @param expiresInMillis 0 once it is no longer offered
 */
public record InvitationView(String id, String session, InvitationState state, Mode mode, long expiresInMillis) {}
