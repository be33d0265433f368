package io.tandem.relay.session;

import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.Role;
import io.tandem.relay.identity.SessionState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session looks like from outside, at one moment. Any thread may read it.
 *
 * @param mode null while nobody's invitation was accepted
 * @param reason why it ended, null before
 * @param waitingSinceNanos by the relay's ticker
 * @param page where the consumer is, null where its tag did not say
 * @param invitable whether an agent could invite the consumer now
 */
public record SessionView(
        String id,
        String brand,
        SessionState state,
        @Nullable Mode mode,
        @Nullable EndReason reason,
        List<ParticipantView> participants,
        long waitingSinceNanos,
        @Nullable PageView page,
        boolean invitable) {

    /** One who takes part. */
    public record ParticipantView(int number, Role role, String name, boolean present) {}

    /** A page, without query and fragment. */
    public record PageView(String origin, String path) {}
}
