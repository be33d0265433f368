package io.tandem.relay.audit.webhook;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What becomes of an event on its way to its brand. */
public enum WebhookOutcome {
    /** The brand took it. */
    DELIVERED,
    /** Too many waited when it came. */
    DROPPED,
    /** It was tried too often, was too old, or the node stopped. */
    ABANDONED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The value of the meter's tag. */
    public String label() {
        return label;
    }

    /** All of them. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(WebhookOutcome::label).toList();
    }

    /** How an attempt to deliver some may end, as the meter's tag says it. */
    public static List<String> attemptLabels() {
        return WebhookAttempt.labels();
    }
}
