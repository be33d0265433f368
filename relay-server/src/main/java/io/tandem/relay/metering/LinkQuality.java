package io.tandem.relay.metering;

import java.util.Locale;

/** What a consumer's upstream can carry, in the classes that both sides are shown. */
public enum LinkQuality {
    /** At least the recommended rate. */
    GOOD,
    /** Less than recommended; everything essential still fits. */
    FAIR,
    /** Below the floor. */
    POOR;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name that stands in JSON. */
    public String wireName() {
        return wireName;
    }
}
