package io.tandem.relay.session;

import java.util.Locale;

/** Why a client is not read from. */
enum Hold {
    /** It sent more than its budget. */
    BUDGET(1),
    /** Whom it sends to cannot keep up. */
    RECEIVER(2),
    /** It does not take what the relay answers. */
    ITSELF(4);

    private final int bit;

    Hold(int bit) {
        this.bit = bit;
    }

    /** Its place among those that are on. */
    int bit() {
        return bit;
    }

    /** The name in metrics. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
