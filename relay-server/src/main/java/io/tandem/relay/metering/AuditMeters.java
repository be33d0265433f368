package io.tandem.relay.metering;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** What becomes of audit events and of the webhooks that carry them. No brand is a label: the log names it. Any thread may count. */
public final class AuditMeters {
    private static final double MILLIS_PER_SECOND = 1e3;

    private final MeterRegistry registry;
    private final Map<String, Counter> events;
    private final Map<String, Counter> webhookEvents;
    private final Map<String, Counter> attempts;

    /**
     * Registers every meter there will be.
     *
     * @param eventOutcomes what may become of an event on its way to the file
     * @param webhookOutcomes what may become of one on its way to its brand
     * @param attemptOutcomes how an attempt to deliver some of them may end
     */
    public AuditMeters(
            MeterRegistry registry,
            Collection<String> eventOutcomes,
            Collection<String> webhookOutcomes,
            Collection<String> attemptOutcomes) {
        this.registry = registry;
        this.events = counters(
                "tandem.audit.events",
                "Audit events: written to the file, failed to be, or dropped before, as more came than was taken",
                "events",
                eventOutcomes);
        this.webhookEvents = counters(
                "tandem.webhook.events",
                "Audit events for brands: delivered, dropped as too many waited, or abandoned after too many attempts or too long a time",
                "events",
                webhookOutcomes);
        this.attempts = counters(
                "tandem.webhook.attempts", "Attempts to deliver events, by their end", "attempts", attemptOutcomes);
    }

    private Map<String, Counter> counters(String name, String description, String unit, Collection<String> outcomes) {
        Map<String, Counter> counters = new HashMap<>();
        for (String outcome : outcomes) {
            counters.put(
                    outcome,
                    Counter.builder(name)
                            .description(description)
                            .baseUnit(unit)
                            .tag("outcome", outcome)
                            .register(registry));
        }
        return Map.copyOf(counters);
    }

    /** Who asks is told what waits for its brand; both are asked on any thread. */
    public void measureWaiting(IntSupplier events, LongSupplier oldestMillis) {
        Gauge.builder("tandem.webhook.waiting", events, IntSupplier::getAsInt)
                .description("Audit events that wait to be delivered to their brands")
                .baseUnit("events")
                .strongReference(true)
                .register(registry);
        Gauge.builder("tandem.webhook.oldest", oldestMillis, oldest -> oldest.getAsLong() / MILLIS_PER_SECOND)
                .description("How long the oldest of them has waited")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
    }

    /** So many audit events came to this, on the way to the file. */
    public void events(String outcome, int count) {
        counter(events, outcome).increment(count);
    }

    /** So many came to this, on the way to their brand. */
    public void webhookEvents(String outcome, int count) {
        counter(webhookEvents, outcome).increment(count);
    }

    /** An attempt to deliver ended so. */
    public void attempt(String outcome) {
        counter(attempts, outcome).increment();
    }

    private static Counter counter(Map<String, Counter> all, String outcome) {
        Counter found = all.get(outcome);
        if (found == null) {
            throw new IllegalArgumentException(outcome + " was not named at start; known are " + all.keySet());
        }
        return found;
    }
}
