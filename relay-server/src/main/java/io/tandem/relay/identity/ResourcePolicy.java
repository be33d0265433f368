package io.tandem.relay.identity;

import io.tandem.relay.frame.FrameType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What of a page a consumer's browser may hand to an agent's that cannot load it. Ordered: a later one allows more. */
public enum ResourcePolicy {
    /** Nothing: what the agent's browser cannot load is not seen there. */
    NONE,
    /** Images alone. */
    IMAGES,
    /** Images, and the fonts of the page's texts. */
    IMAGES_AND_FONTS;

    /** Where a brand says nothing. */
    public static final ResourcePolicy USUAL = IMAGES_AND_FONTS;

    private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The name that stands in JSON and in the configuration. */
    public String wireName() {
        return wireName;
    }

    /** Whether a frame of this type goes on: nobody is asked for what nobody hands out. */
    public boolean lets(FrameType type) {
        return this != NONE || type != FrameType.RESOURCE_REQUEST;
    }

    /** The policy of a name. */
    public static Optional<ResourcePolicy> ofWireName(String name) {
        return Arrays.stream(values())
                .filter(policy -> policy.wireName.equals(name))
                .findFirst();
    }

    /** All names, for people. */
    static String names() {
        return Arrays.stream(values()).map(ResourcePolicy::wireName).collect(Collectors.joining(", "));
    }
}
