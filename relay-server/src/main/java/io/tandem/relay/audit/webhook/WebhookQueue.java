package io.tandem.relay.audit.webhook;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.tandem.relay.audit.AuditRecord;
import io.tandem.relay.metering.AuditMeters;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of one brand, delivered in the order in which they happened: one request is on its way at a time, holds what waits up to a bound, and stays the
 * same however often it is tried. On the webhooks' loop, but for {@link #offer}, which any one thread calls, and what says so.
 */
final class WebhookQueue {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookQueue.class);

    /**
     * What all brands' queues have in common.
     *
     * @param loop where everything happens
     * @param waiting events of all brands
     * @param ids gives each request its id
     * @param chance from 0 to below 1, for delays that do not all end at once
     */
    record Parts(
            EventExecutor loop,
            WebhookSender sender,
            WebhookLimits limits,
            AuditMeters meters,
            AtomicInteger waiting,
            Supplier<String> ids,
            InstantSource clock,
            DoubleSupplier chance) {}

    /** What is to be delivered by one request. */
    private static final class Delivery {
        private final String id;
        private final List<AuditRecord> events;
        private final byte[] body;

        private Delivery(String id, List<AuditRecord> events) {
            this.id = id;
            this.events = List.copyOf(events);
            this.body = body(events);
        }
    }

    private final WebhookTarget target;
    private final Parts parts;
    private final Deque<AuditRecord> queue = new ArrayDeque<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /** Milliseconds since 1970; 0 where nothing waits. Any thread may read it. */
    private volatile long oldestMillis;

    /** What is on its way, or waits to be tried again. */
    private @Nullable Delivery delivery;

    private int attempts;

    /** Runs until the next attempt. */
    private @Nullable Future<?> retry;

    /** Whether the end is near: nothing waits for its next attempt any more. */
    private boolean closing;

    WebhookQueue(WebhookTarget target, Parts parts) {
        this.target = target;
        this.parts = parts;
    }

    /** When the oldest event that waits happened, in milliseconds since 1970; 0 where none does. Any thread may ask. */
    long oldestMillis() {
        return oldestMillis;
    }

    /** Takes an event, or drops it where too many wait. */
    void offer(AuditRecord event) {
        boolean fits = waiting.incrementAndGet() <= parts.limits().waitingPerBrand();
        boolean fitsInAll = parts.waiting().incrementAndGet() <= parts.limits().waitingInAll();
        if (fits && fitsInAll) {
            parts.loop().execute(() -> add(event));
        } else {
            settle(WebhookOutcome.DROPPED, 1);
        }
    }

    private void settle(WebhookOutcome outcome, int events) {
        waiting.addAndGet(-events);
        parts.waiting().addAndGet(-events);
        parts.meters().webhookEvents(outcome.label(), events);
    }

    private void add(AuditRecord event) {
        queue.add(event);
        if (delivery == null) {
            next();
        }
    }

    private void next() {
        delivery = null;
        attempts = 0;
        while (isTooOld(queue.peek())) {
            queue.remove();
            settle(WebhookOutcome.ABANDONED, 1);
        }
        AuditRecord first = queue.peek();
        oldestMillis = first == null ? 0 : first.time().toEpochMilli();
        if (first == null) {
            return;
        }
        List<AuditRecord> events = new ArrayList<>();
        for (AuditRecord event = first;
                event != null && events.size() < WebhookLimits.EVENTS_PER_REQUEST;
                event = queue.peek()) {
            events.add(queue.remove());
        }
        Delivery fresh = new Delivery(parts.ids().get(), events);
        delivery = fresh;
        attempt(fresh);
    }

    private boolean isTooOld(@Nullable AuditRecord event) {
        return event != null
                && parts.clock().millis() - event.time().toEpochMilli()
                        > parts.limits().ageMillis();
    }

    private static byte[] body(List<AuditRecord> events) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes("{\"version\":1,\"events\":[".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < events.size(); i++) {
            if (i > 0) {
                body.write(',');
            }
            body.writeBytes(events.get(i).json());
        }
        body.writeBytes("]}".getBytes(StandardCharsets.US_ASCII));
        return body.toByteArray();
    }

    private void attempt(Delivery tried) {
        retry = null;
        attempts++;
        long seconds = parts.clock().instant().getEpochSecond();
        Map<String, String> headers = Map.of(
                "content-type",
                "application/json",
                "user-agent",
                "Tandem-Relay",
                "tandem-delivery",
                tried.id,
                "tandem-signature",
                target.signature(seconds, tried.body));
        parts.sender().post(target, headers, tried.body).thenAccept(result -> ended(tried, result));
    }

    private void ended(Delivery tried, WebhookAttempt result) {
        parts.meters().attempt(result.outcome().label());
        if (!tried.equals(delivery)) {
            // It was given up meanwhile, and its events are settled.
            return;
        }
        int events = tried.events.size();
        if (result.isAccepted()) {
            if (attempts > 1) {
                LOG.info("webhook of brand {}: taken at attempt {}", target.brand(), attempts);
            }
            settle(WebhookOutcome.DELIVERED, events);
            next();
        } else if (closing || attempts >= parts.limits().attempts() || isTooOld(tried.events.get(0))) {
            LOG.warn(
                    "webhook of brand {}: {} events abandoned after {} attempts, the last: {}",
                    target.brand(),
                    events,
                    attempts,
                    result.words());
            settle(WebhookOutcome.ABANDONED, events);
            next();
        } else {
            waitFor(tried, result);
        }
    }

    private void waitFor(Delivery tried, WebhookAttempt result) {
        long millis = Math.max(
                backoffMillis(),
                Math.min(result.retryAfterMillis(), parts.limits().longestRetryMillis()));
        if (attempts == 1) {
            LOG.warn("webhook of brand {}: {}; again in {} ms, and so on", target.brand(), result.words(), millis);
        }
        retry = parts.loop().schedule(() -> attempt(tried), millis, TimeUnit.MILLISECONDS);
    }

    /** Twice as long each time, and half of it by chance: relays that saw the same end come back one by one. */
    private long backoffMillis() {
        long longest = parts.limits().longestRetryMillis();
        long delay = parts.limits().firstRetryMillis();
        for (int i = 1; i < attempts && delay < longest; i++) {
            delay *= 2;
        }
        delay = Math.min(delay, longest);
        return (long) (delay / 2.0 + parts.chance().getAsDouble() * delay / 2.0);
    }

    /** Tries what waits once more, at once; what fails from now on is abandoned. */
    void hurry() {
        closing = true;
        Delivery held = delivery;
        if (held != null && retry != null) {
            retry.cancel(false);
            attempt(held);
        }
    }

    /** Whether there is nothing left to deliver. Any thread may ask. */
    boolean isEmpty() {
        return waiting.get() == 0;
    }

    /** Counts what is left as abandoned. */
    void abandon() {
        delivery = null;
        queue.clear();
        if (retry != null) {
            retry.cancel(false);
        }
        int left = waiting.get();
        if (left > 0) {
            LOG.warn("webhook of brand {}: {} events were not delivered before the node stopped", target.brand(), left);
            settle(WebhookOutcome.ABANDONED, left);
        }
    }
}
