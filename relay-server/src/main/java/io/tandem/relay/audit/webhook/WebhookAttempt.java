package io.tandem.relay.audit.webhook;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How an attempt ended.
 *
 * @param status of the answer, 0 where there was none
 * @param retryAfterMillis what the answer asks for, 0 where it asks for nothing
 */
record WebhookAttempt(Outcome outcome, int status, long retryAfterMillis) {
    /** The values of the meter's tag. */
    enum Outcome {
        /** The brand took the events: an answer of 2xx. */
        ACCEPTED,
        /** Another answer, a redirect too. */
        REFUSED,
        /** The name has no address that may be connected to. */
        ADDRESS,
        /** No connection, or one that broke, also where TLS did not trust it. */
        UNREACHABLE,
        /** No answer within the time. */
        TIMEOUT;

        private final String label = name().toLowerCase(Locale.ROOT);

        String label() {
            return label;
        }
    }

    static List<String> labels() {
        return Arrays.stream(Outcome.values()).map(Outcome::label).toList();
    }

    static WebhookAttempt without(Outcome outcome) {
        return new WebhookAttempt(outcome, 0, 0);
    }

    boolean isAccepted() {
        return outcome == Outcome.ACCEPTED;
    }

    /** For the log. */
    String words() {
        return status == 0 ? outcome.label() : outcome.label() + " with " + status;
    }
}
