package io.tandem.relay.audit.webhook;

/**
 * Every bound of webhooks, in one place.
 *
 * @param waitingPerBrand events that wait for one brand: some hours of a busy one, and too few for a brand that is gone to crowd others out
 * @param waitingInAll the same for all brands
 * @param attempts to deliver the same events; with the usual delays, however short by chance, they take longer than {@code ageMillis}
 * @param ageMillis an event that is older is not delivered any more
 * @param firstRetryMillis after the first attempt; each further delay is twice as long
 * @param longestRetryMillis between two attempts
 * @param attemptMillis one attempt, from looking the name up to the answer's head
 */
public record WebhookLimits(
        int waitingPerBrand,
        int waitingInAll,
        int attempts,
        long ageMillis,
        long firstRetryMillis,
        long longestRetryMillis,
        long attemptMillis) {
    /** The product's figures. */
    public static final WebhookLimits DEFAULTS =
            new WebhookLimits(10_000, 50_000, 60, 2 * 60 * 60_000, 1_000, 5 * 60_000, 10_000);

    /** Events in one request: a burst costs one round trip, and a body stays below some 32 KiB. */
    static final int EVENTS_PER_REQUEST = 50;

    /** More than any server says to an event: after this the connection is closed. */
    static final int ANSWER_BYTES = 64 << 10;

    /** A request line's and a header's bound, as ours for others. */
    static final int ANSWER_LINE_BYTES = 4096;

    /** All headers of an answer. */
    static final int ANSWER_HEADER_BYTES = 16 << 10;
}
