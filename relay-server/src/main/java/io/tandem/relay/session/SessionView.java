package io.tandem.relay.session;

import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.ResourcePolicy;
import io.tandem.relay.identity.Role;
import io.tandem.relay.identity.SessionState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session looks like from outside, at one moment. Any thread may read it.
 *
 * @param mode null while nobody's invitation was accepted
 * @param modeAsked the higher mode that the agent asks the consumer for, null where none is
 * @param reason why it ended, null before
 * @param resources what the consumer's browser may hand to an agent's, as the brand has it
 * @param waitingSinceNanos by the relay's ticker
 * @param askingSinceNanos since when the consumer asks for any agent, null where it does not
 * @param page where the consumer is, null where its tag did not say
 * @param invitable whether an agent could invite the consumer now
 */
public record SessionView(
        String id,
        String brand,
        SessionState state,
        @Nullable Mode mode,
        @Nullable Mode modeAsked,
        @Nullable EndReason reason,
        List<ParticipantView> participants,
        ResourcePolicy resources,
        long waitingSinceNanos,
        @Nullable Long askingSinceNanos,
        @Nullable PageView page,
        boolean invitable) {

    /** One who takes part. */
    public record ParticipantView(int number, Role role, String name, boolean present) {}

    /** A page, without query and fragment. */
    public record PageView(String origin, String path) {}
}
