package io.tandem.relay.session;

import io.netty.util.concurrent.Future;
import io.tandem.relay.identity.Role;
import io.tandem.relay.identity.SecretHash;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.metering.SessionMeter;
import org.jspecify.annotations.Nullable;

/** One who takes part in a session: keeps its number, its secrets and its budget while channels come and go. On the session's loop. */
final class Participant {
    private final int number;
    private final Role role;
    private final String name;
    private final @Nullable SecretHash grant;
    private final SessionMeter meter;

    /** What the participant's client may present: the secret it came with, and the one it was given then, should that answer be lost. */
    private @Nullable SecretHash presentedResume;

    private @Nullable SecretHash givenResume;

    private Presence presence = Presence.ABSENT;

    /** Not null exactly while present. */
    private @Nullable ClientChannel channel;

    /** Runs while the place is kept for somebody who is away. */
    private @Nullable Future<?> graceTimer;

    /** Whether its client, the present or the last, reads and writes COMPRESSED frames. */
    private boolean lz4 = true;

    /** For an observer: page frames are left out until the next keyframe. */
    private boolean behind;

    Participant(int number, Role role, String name, @Nullable SecretHash grant, SessionMeter meter) {
        this.number = number;
        this.role = role;
        this.name = name;
        this.grant = grant;
        this.meter = meter;
    }

    int number() {
        return number;
    }

    Role role() {
        return role;
    }

    String name() {
        return name;
    }

    SessionMeter meter() {
        return meter;
    }

    @Nullable
    ClientChannel channel() {
        return channel;
    }

    boolean isPresent() {
        return presence == Presence.PRESENT;
    }

    boolean readsLz4() {
        return lz4;
    }

    boolean isBehind() {
        return behind;
    }

    void fellBehind(boolean now) {
        behind = now;
    }

    /** Takes the place by this channel, and answers the one that had it until now. */
    @Nullable
    ClientChannel arrive(ClientChannel arriving, boolean readsLz4) {
        ClientChannel replaced = channel;
        moveTo(Presence.PRESENT, "a channel opened");
        channel = arriving;
        lz4 = readsLz4;
        behind = false;
        return replaced;
    }

    /** The channel is gone; the place is kept. */
    void leave() {
        moveTo(Presence.ABSENT, "the channel closed");
        channel = null;
    }

    /** Gives the place up, and answers the channel that is still to be closed. */
    @Nullable
    ClientChannel giveUp(String reason) {
        ClientChannel last = channel;
        if (presence != Presence.GONE) {
            moveTo(Presence.GONE, reason);
        }
        channel = null;
        return last;
    }

    private void moveTo(Presence next, String reason) {
        if (!presence.mayBecome(next)) {
            throw new IllegalStateException(
                    "participant " + number + " cannot go from " + presence + " to " + next + " (" + reason + ")");
        }
        presence = next;
        if (graceTimer != null) {
            graceTimer.cancel(false);
            graceTimer = null;
        }
    }

    /** Has the place given up by this timer unless somebody arrives first. */
    void awaitWith(Future<?> timer) {
        if (graceTimer != null) {
            graceTimer.cancel(false);
        }
        graceTimer = timer;
    }

    /** Whether this is the participant's grant or a resume secret of its. */
    boolean knows(@Nullable String secret) {
        return secret != null
                && (matches(grant, secret) || matches(givenResume, secret) || matches(presentedResume, secret));
    }

    private static boolean matches(@Nullable SecretHash hash, String secret) {
        return hash != null && hash.matches(secret);
    }

    /**
     * A new resume secret. The one that was just presented stays good until the next: a client that loses the answer comes back
     * with what it has.
     */
    String renewResume(Secrets secrets, @Nullable String presented) {
        presentedResume = presented == null ? null : SecretHash.of(presented);
        String fresh = secrets.next();
        givenResume = SecretHash.of(fresh);
        return fresh;
    }

    SessionView.ParticipantView view() {
        return new SessionView.ParticipantView(number, role, name, isPresent());
    }
}
