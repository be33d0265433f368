package io.tandem.relay.session;

import io.tandem.relay.identity.Role;
import org.jspecify.annotations.Nullable;

/**
 * What a client says of itself in its first frame.
 *
 * @param attempt grows with every HELLO of a participant; null from a client that does not count
 * @param mark tells the attempts of one loaded viewer from those of another, whose clock may be another; 0 where there is none
 * @param continues only the carrier is new, the consumer's document is the same
 */
record Hello(
        int protocolLowest,
        int protocolHighest,
        Role role,
        String client,
        @Nullable String brand,
        @Nullable String grant,
        @Nullable String resume,
        boolean lz4,
        boolean continues,
        @Nullable Long attempt,
        long mark,
        @Nullable Page page) {

    /** The page where a consumer is, without query and fragment. */
    record Page(String origin, String path) {}
}
