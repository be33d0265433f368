package io.tandem.relay.session;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Why a node takes no new session, or no new carrier. */
public enum NoRoom {
    /** It has as many sessions as it takes. */
    SESSIONS("This node has as many sessions as it takes"),
    /** It has as many polling clients as it takes. */
    CARRIERS("This node has as many carriers as it takes"),
    /** The brand has as many sessions as its configuration allows. */
    BRAND("The brand has as many sessions here as it may"),
    /** Its address has as many sessions as one may. */
    ADDRESS("This address has as many sessions as one may"),
    /** The session's event loop is behind with those that it has. */
    LAG("This node has more to do than it can");

    private final String message;

    NoRoom(String message) {
        this.message = message;
    }

    /** For people. */
    public String message() {
        return message;
    }

    /** The name in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<String> labels() {
        return Arrays.stream(values()).map(NoRoom::label).toList();
    }
}
