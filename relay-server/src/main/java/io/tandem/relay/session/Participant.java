package io.tandem.relay.session;

import io.netty.util.concurrent.Future;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.Role;
import io.tandem.relay.identity.SecretHash;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.metering.SessionMeter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One who takes part in a session: keeps its number, its secrets and its budget while channels come and go. On the session's loop. */
final class Participant {
    private static final String CONSUMER_NAME = "Consumer";

    private final int number;
    private final Role role;

    /** Null for the consumer, who has no name here. */
    private final @Nullable AgentIdentity identity;

    private final @Nullable SecretHash grant;
    private final SessionMeter meter;

    /** More than a client opens carriers before it has heard of one that they were accepted. */
    private static final int RESUME_SECRETS = 16;

    /** 128 bits in base64: a client's own secret that is shorter could be guessed, and is not kept. */
    private static final int SHORTEST_SECRET = 22;

    /**
     * What the participant's client may present: the secret that it came with last, and those it was given since. It may have opened
     * several carriers at once, and gone on with the answer to any of them.
     */
    private List<SecretHash> resumeSecrets = List.of();

    private final Attempts attempts = new Attempts();

    private Presence presence = Presence.ABSENT;

    /** Not null exactly while present. */
    private @Nullable ClientChannel channel;

    /** Runs while the place is kept for somebody who is away. */
    private @Nullable Future<?> graceTimer;

    /** Whether its client, the present or the last, reads and writes COMPRESSED frames. */
    private boolean lz4 = true;

    /** Whether its client was ever let in. */
    private boolean wasHere;

    /** For an observer: page frames are left out until the next keyframe. */
    private boolean behind;

    Participant(
            int number, Role role, @Nullable AgentIdentity identity, @Nullable SecretHash grant, SessionMeter meter) {
        this.number = number;
        this.role = role;
        this.identity = identity;
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
        return identity == null ? CONSUMER_NAME : identity.name();
    }

    /** Of an agent or observer: the subject of the token by which it was invited. */
    @Nullable
    String agentId() {
        return identity == null ? null : identity.id();
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

    /** Whether it was present at some time, now or before. */
    boolean wasHere() {
        return wasHere;
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
        wasHere = true;
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

    Attempts attempts() {
        return attempts;
    }

    /** Whether this is a resume secret of the participant's. */
    boolean knows(@Nullable String resume) {
        return resume != null && indexOf(resume) >= 0;
    }

    /** Whether the participant was granted its place with this secret. */
    boolean wasGranted(@Nullable String secret) {
        return secret != null && grant != null && grant.matches(secret);
    }

    private int indexOf(String secret) {
        for (int i = 0; i < resumeSecrets.size(); i++) {
            if (resumeSecrets.get(i).matches(secret)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * A new resume secret. The one that was just presented stays good, and with it what was given since: a client that loses the
     * answer comes back with what it has. What is older is good no more. One that opens a session may bring a secret of its own,
     * which makes it the same participant over all carriers that it opens before it hears of any.
     *
     * @param presented the resume secret that it came with; null where it came without, or by its grant
     */
    String renewResume(Secrets secrets, @Nullable String presented) {
        List<SecretHash> good = new ArrayList<>(resumeSecrets);
        int known = presented == null ? -1 : indexOf(presented);
        if (known > 0) {
            good.subList(0, known).clear();
        } else if (presented != null && presented.length() >= SHORTEST_SECRET && good.isEmpty()) {
            good.add(SecretHash.of(presented));
        }
        if (good.size() == RESUME_SECRETS) {
            // The first is what the client comes with; of those that it may have been given, the oldest goes.
            good.remove(1);
        }
        String fresh = secrets.next();
        good.add(SecretHash.of(fresh));
        resumeSecrets = List.copyOf(good);
        return fresh;
    }

    SessionView.ParticipantView view() {
        return new SessionView.ParticipantView(number, role, name(), isPresent());
    }
}
