package io.tandem.relay.session;

import io.netty.util.concurrent.Future;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.Mode;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An agent's question whether the consumer wants to browse together. On the session's loop. */
final class Invitation {
    private final SessionDirectory.Claim claim;
    private final AgentIdentity from;
    private final Mode mode;
    private final Participant agent;
    private final long expiresNanos;
    private InvitationState state = InvitationState.OFFERED;

    /** Whether the consumer said yes and the directory has not confirmed it yet. */
    private boolean confirming;

    private @Nullable Future<?> expiry;

    Invitation(SessionDirectory.Claim claim, AgentIdentity from, Mode mode, Participant agent, long expiresNanos) {
        this.claim = claim;
        this.from = from;
        this.mode = mode;
        this.agent = agent;
        this.expiresNanos = expiresNanos;
    }

    String id() {
        return claim.invitation();
    }

    SessionDirectory.Claim claim() {
        return claim;
    }

    AgentIdentity from() {
        return from;
    }

    Mode mode() {
        return mode;
    }

    /** The place that is kept for the inviting agent. */
    Participant agent() {
        return agent;
    }

    InvitationState state() {
        return state;
    }

    /** Whether an answer may come now. */
    boolean isAnswerable() {
        return state == InvitationState.OFFERED && !confirming;
    }

    void confirming() {
        confirming = true;
    }

    void expireWith(Future<?> timer) {
        expiry = timer;
    }

    void moveTo(InvitationState next, String reason) {
        if (state != InvitationState.OFFERED || next == InvitationState.OFFERED) {
            throw new IllegalStateException(
                    "invitation " + id() + " cannot go from " + state + " to " + next + " (" + reason + ")");
        }
        state = next;
        if (expiry != null) {
            expiry.cancel(false);
            expiry = null;
        }
    }

    /** How long it stays offered. */
    long expiresInMillis(long nowNanos) {
        return state == InvitationState.OFFERED
                ? Math.max(0, TimeUnit.NANOSECONDS.toMillis(expiresNanos - nowNanos))
                : 0;
    }

    InvitationView view(long nowNanos) {
        return new InvitationView(id(), claim.session(), state, mode, expiresInMillis(nowNanos));
    }
}
