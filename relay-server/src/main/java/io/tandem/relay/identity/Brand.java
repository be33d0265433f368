package io.tandem.relay.identity;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A tenant of the relay.
 *
 * @param key the public key that the tag names, lower case letters, digits and hyphens
 * @param name for people
 * @param origins of the pages that carry the tag; a consumer's handshake must come from one of them
 * @param deskOrigins from which a browser may call the REST interface across origins
 * @param frameOrigins of documents that carry the tag and are mirrored where they stand in a frame of another origin's page; who is
 *     named here lets the pages around read what its frames show, and
 *     do there what an agent may
 * @param resourceOrigins from which a mirror may load images, styles, fonts and media, besides the page's own
 * @param resources what a consumer's browser may hand to the mirror that could not be loaded there
 * @param tokens what its agents' tokens must be
 * @param sessions how many a node takes at a time
 */
public record Brand(
        String key,
        String name,
        Set<String> origins,
        Set<String> deskOrigins,
        Set<String> frameOrigins,
        List<String> resourceOrigins,
        ResourcePolicy resources,
        TokenRules tokens,
        int sessions) {
    /** As many sessions as the node takes. */
    public static final int ANY_NUMBER = Integer.MAX_VALUE;

    /** Keeps what it is given as it is now. */
    public Brand {
        origins = Set.copyOf(origins);
        deskOrigins = Set.copyOf(deskOrigins);
        frameOrigins = Set.copyOf(frameOrigins);
        resourceOrigins = List.copyOf(resourceOrigins);
    }

    /** A brand that signs its agents' tokens with a secret, and is as usual in all else. */
    public Brand(
            String key,
            String name,
            Set<String> origins,
            Set<String> deskOrigins,
            List<String> resourceOrigins,
            AgentSecret agentSecret) {
        this(
                key,
                name,
                origins,
                deskOrigins,
                Set.of(),
                resourceOrigins,
                ResourcePolicy.USUAL,
                TokenRules.of(agentSecret),
                ANY_NUMBER);
    }

    /**
     * Whether a document is mirrored that stands in a frame.
     *
     * @param frame its origin
     * @param around the origins of the pages around it: each must be the brand's, or mirrored in a frame itself
     */
    public boolean mirrors(String frame, Collection<String> around) {
        return frameOrigins.contains(frame)
                && !around.isEmpty()
                && around.stream().allMatch(origin -> origins.contains(origin) || frameOrigins.contains(origin));
    }

    /** From which a mirror may load, besides the page's own: what frames show comes from their own origins. */
    public List<String> mirrorOrigins() {
        return Stream.concat(resourceOrigins.stream(), frameOrigins.stream().sorted())
                .distinct()
                .toList();
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
