package io.tandem.relay.identity;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How much an agent may do with the page. Ordered: a later mode allows more. */
public enum Mode {
    /** The agent sees and points. */
    VIEW_ONLY,
    /** The agent acts on the page too. */
    SHARED;

    private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The name that stands in JSON. */
    public String wireName() {
        return wireName;
    }

    /** The mode of a name in JSON, or null. */
    public static @Nullable Mode ofWireName(String name) {
        for (Mode mode : values()) {
            if (mode.wireName.equals(name)) {
                return mode;
            }
        }
        return null;
    }
}
