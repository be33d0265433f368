package io.tandem.relay.identity;

import java.util.List;
import java.util.Set;

/**
 * A tenant of the relay.
 *
 * @param key the public key that the tag names, lower case letters, digits and hyphens
 * @param name for people
 * @param origins of the pages that carry the tag; a consumer's handshake must come from one of them
 * @param deskOrigins from which a browser may call the REST interface across origins
 * @param resourceOrigins from which a mirror may load images, styles, fonts and media, besides the page's own
 * @param agentSecret signs the brand's agent tokens
 */
public record Brand(
        String key,
        String name,
        Set<String> origins,
        Set<String> deskOrigins,
        List<String> resourceOrigins,
        AgentSecret agentSecret) {

    /** Keeps what it is given as it is now. */
    public Brand {
        origins = Set.copyOf(origins);
        deskOrigins = Set.copyOf(deskOrigins);
        resourceOrigins = List.copyOf(resourceOrigins);
    }

    /** One of the brand's own origins that equals this, so that sessions need not each keep theirs; this where none does. */
    public String shared(String origin) {
        for (String own : origins) {
            if (own.equals(origin)) {
                return own;
            }
        }
        return origin;
    }
}
