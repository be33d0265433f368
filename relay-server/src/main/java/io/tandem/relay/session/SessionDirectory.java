package io.tandem.relay.session;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, for all nodes together, what each agent is engaged in: one thing at a time, a pending invitation or an active session.
 *
 * <p>Guarantees: of several concurrent claims for one agent exactly one succeeds; a claim stands until it is released or its lease
 * runs out; only the claim's owner (the same node, session and invitation) can activate or release it. Results may complete on
 * any thread. A stage completes exceptionally only when the directory cannot be reached; then nothing was granted.
 */
public interface SessionDirectory {

    /** How far an engagement has come. */
    enum Stage {
        /** The agent's invitation waits for an answer. */
        PENDING,
        /** The agent takes part in the session. */
        ACTIVE
    }

    /** An agent of a brand; agent ids are the brand's own and mean nothing outside it. */
    record AgentKey(String brand, String agent) {}

    /**
     * An engagement of an agent and who owns it.
     *
     * @param node the node that holds the session
     */
    record Claim(AgentKey agent, String session, String invitation, String node, Stage stage) {

        /** Whether both are the same engagement, however far it has come. */
        public boolean sameEngagement(Claim other) {
            return withStage(other.stage).equals(other);
        }

        /** This engagement at another stage. */
        public Claim withStage(Stage to) {
            return new Claim(agent, session, invitation, node, to);
        }
    }

    /**
     * Engages the agent unless it is engaged already.
     *
     * @return the claim that stands now: the wanted one, or the one that was first
     */
    CompletionStage<Claim> claim(Claim wanted, long leaseMillis);

    /** Turns a pending claim into an active one with a new lease; false if it stands no more. */
    CompletionStage<Boolean> activate(Claim claim, long leaseMillis);

    /** Frees the agent if this engagement still stands; otherwise does nothing. */
    CompletionStage<@Nullable Void> release(Claim claim);

    /** What the agent is engaged in now. */
    CompletionStage<Optional<Claim>> find(AgentKey agent);
}
