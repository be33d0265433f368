package io.tandem.relay.identity;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How far a session has come. Stands beside the permission table, which speaks of it; the session alone moves through it. */
public enum SessionState {
    /** A consumer is there and nobody's invitation was accepted. */
    WAITING,
    /** The consumer accepted; frames flow. */
    ACTIVE,
    /** The consumer stopped sharing for a while; everybody stays. */
    PAUSED,
    /** It is over for good; the reason says why. */
    ENDED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name that stands in JSON. */
    public String wireName() {
        return wireName;
    }

    /** Whether an agent takes part. */
    public boolean isLive() {
        return this == ACTIVE || this == PAUSED;
    }

    /** The state of a name in JSON, or null. */
    public static @Nullable SessionState ofWireName(String name) {
        for (SessionState state : values()) {
            if (state.wireName.equals(name)) {
                return state;
            }
        }
        return null;
    }
}
