package io.tandem.relay.identity;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a participant is in its session. */
public enum Role {
    /** Browses the brand's page and shares it. */
    CONSUMER,
    /** Sees the mirror and, in shared mode, acts on the page. */
    AGENT,
    /** Sees the mirror and nothing more. */
    OBSERVER;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name that stands in JSON. */
    public String wireName() {
        return wireName;
    }

    /** The role of a name in JSON, or null. */
    public static @Nullable Role ofWireName(String name) {
        for (Role role : values()) {
            if (role.wireName.equals(name)) {
                return role;
            }
        }
        return null;
    }
}
