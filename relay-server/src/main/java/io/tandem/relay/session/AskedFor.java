package io.tandem.relay.session;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a waiting consumer asks for. */
enum AskedFor {
    /** Nothing, or nothing any more. */
    NOTHING,
    /** Any agent of the brand. */
    AGENT,
    /** A code to read to the agent on the phone. */
    CODE;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name that stands in JSON. */
    String wireName() {
        return wireName;
    }

    static @Nullable AskedFor ofWireName(String name) {
        for (AskedFor one : values()) {
            if (one.wireName.equals(name)) {
                return one;
            }
        }
        return null;
    }
}
