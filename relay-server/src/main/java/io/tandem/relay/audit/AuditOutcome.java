package io.tandem.relay.audit;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What becomes of an event on its way to the file. */
public enum AuditOutcome {
    /** It stands in the file. */
    WRITTEN,
    /** The file could not be written. */
    FAILED,
    /** More came than was taken: it reached neither file nor webhooks. */
    DROPPED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The value of the meter's tag. */
    public String label() {
        return label;
    }

    /** All of them. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(AuditOutcome::label).toList();
    }
}
