package io.tandem.load.netlab;

import java.util.Locale;

/** Which way bytes go. */
public enum Direction {
    /** From a client to the relay. */
    UP,
    /** From the relay to a client. */
    DOWN;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
