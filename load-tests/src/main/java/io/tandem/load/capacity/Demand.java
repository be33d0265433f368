package io.tandem.load.capacity;

/**
 * What is asked of a fleet.
 *
 * @param sessions at one time, 1 or more
 * @param framesPerSecond that the relay forwards for one session in the mean, both ways and with acknowledgements
 * @param spread of the sessions' rates: the standard deviation of their logarithm. 0: all alike; 1: one in 20 is over three times the mean
 * @param upKbps of one consumer's page and pointers, in the mean
 * @param polling share of the sessions that poll, 0 to 1
 */
public record Demand(long sessions, double framesPerSecond, double spread, double upKbps, double polling) {
    /** Refuses what cannot be. */
    public Demand {
        require(sessions >= 1, "sessions", "1 or more");
        require(framesPerSecond > 0, "frames a second", "more than 0");
        require(spread >= 0 && spread <= 3, "spread", "0 to 3");
        require(upKbps > 0, "kbit/s", "more than 0");
        require(polling >= 0 && polling <= 1, "polling", "0 to 1");
    }

    static void require(boolean holds, String what, String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(what + ": allowed is " + allowed);
        }
    }
}
