package io.tandem.relay.audit;

import io.tandem.relay.metering.AuditMeters;
import io.tandem.relay.session.AuditEvent;
import io.tandem.relay.session.AuditRefusal;
import io.tandem.relay.session.AuditSink;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events from event loops, and gives them to its targets on a thread of its own. Handing one over takes no lock; one that does not fit is dropped and
 * counted. Refusals are added up, and told once a minute.
 */
public final class AuditTrail implements AuditSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);

    /** Often enough to see when something began, seldom enough for whoever is refused all the time. */
    static final long REFUSALS_MILLIS = 60_000;

    /** For refusals whose brand is not known. */
    private static final String NO_BRAND = "";

    /**
     * How events become records.
     *
     * @param node this node's name
     * @param ids gives each event its id, on the audit's thread
     * @param clock tells the time, on any thread
     */
    public record Stamps(String node, Supplier<String> ids, InstantSource clock) {}

    /** What waits for the thread. */
    private sealed interface Entry {}

    private record Happened(Instant time, AuditEvent event) implements Entry {}

    /** The last that there will be. */
    private record Stop() implements Entry {}

    private final Stamps stamps;
    private final List<AuditTarget> targets;
    private final AuditMeters meters;
    private final int capacity;
    private final LinkedTransferQueue<Entry> queue = new LinkedTransferQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Map<String, Map<AuditRefusal, LongAdder>> refusals = new HashMap<>();
    private final Map<AuditRefusal, LongAdder> ofNoBrand = zeroes();
    private final Thread thread;
    private volatile boolean closed;

    /** When refusals were told last; of the thread. */
    private Instant countedSince;

    /**
     * Starts its thread.
     *
     * @param brands whose refusals are counted apart; those of others are told as nobody's
     * @param capacity events that may wait for the thread
     */
    public AuditTrail(
            Stamps stamps, Collection<String> brands, List<AuditTarget> targets, AuditMeters meters, int capacity) {
        this.stamps = stamps;
        this.targets = List.copyOf(targets);
        this.meters = meters;
        this.capacity = capacity;
        this.countedSince = stamps.clock().instant();
        brands.forEach(brand -> refusals.put(brand, zeroes()));
        refusals.put(NO_BRAND, ofNoBrand);
        this.thread = new Thread(this::run, "audit");
        thread.setDaemon(true);
        thread.start();
    }

    private static Map<AuditRefusal, LongAdder> zeroes() {
        Map<AuditRefusal, LongAdder> counts = new EnumMap<>(AuditRefusal.class);
        for (AuditRefusal why : AuditRefusal.values()) {
            counts.put(why, new LongAdder());
        }
        return counts;
    }

    @Override
    public void happened(AuditEvent event) {
        if (!closed && waiting.incrementAndGet() <= capacity) {
            queue.add(new Happened(stamps.clock().instant(), event));
            return;
        }
        if (!closed) {
            waiting.decrementAndGet();
        }
        meters.events(AuditOutcome.DROPPED.label(), 1);
    }

    @Override
    public void refused(@Nullable String brand, AuditRefusal why) {
        Map<AuditRefusal, LongAdder> ofBrand = brand == null ? null : refusals.get(brand);
        LongAdder count = (ofBrand == null ? ofNoBrand : ofBrand).get(why);
        if (count != null) {
            count.increment();
        }
    }

    private void run() {
        while (true) {
            try {
                Entry entry = queue.poll(untilRefusalsAreTold(), TimeUnit.MILLISECONDS);
                if (entry instanceof Happened happened) {
                    waiting.decrementAndGet();
                    tell(happened);
                }
                if (entry instanceof Stop || untilRefusalsAreTold() == 0) {
                    tellRefusals();
                }
                if (entry instanceof Stop) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException fault) {
                // One event that cannot be told is no reason to tell none any more.
                LOG.error("the audit met a fault of its own", fault);
                meters.events(AuditOutcome.FAILED.label(), 1);
            }
        }
    }

    private long untilRefusalsAreTold() {
        long sinceMillis = stamps.clock().millis() - countedSince.toEpochMilli();
        return Math.min(REFUSALS_MILLIS, Math.max(0, REFUSALS_MILLIS - sinceMillis));
    }

    private void tell(Happened happened) {
        byte[] json = AuditJson.event(stamps.ids().get(), happened.time(), stamps.node(), happened.event());
        give(new AuditRecord(happened.event().brand(), happened.time(), json));
    }

    private void tellRefusals() {
        Instant now = stamps.clock().instant();
        long overMillis = now.toEpochMilli() - countedSince.toEpochMilli();
        countedSince = now;
        refusals.forEach((key, counts) -> counts.forEach((why, adder) -> {
            long count = adder.sumThenReset();
            if (count > 0) {
                @Nullable String brand = key.equals(NO_BRAND) ? null : key;
                byte[] json = AuditJson.refusals(stamps.ids().get(), now, stamps.node(), brand, why, count, overMillis);
                give(new AuditRecord(brand, now, json));
            }
        }));
    }

    private void give(AuditRecord event) {
        for (AuditTarget target : targets) {
            target.take(event);
        }
    }

    /** Tells what waits and what was counted, and closes the targets. Blocks for twice this long at most; never called on an event loop. */
    public void close(long withinMillis) {
        closed = true;
        queue.add(new Stop());
        try {
            thread.join(withinMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            thread.interrupt();
            LOG.warn("the audit had not told everything when the node stopped");
        }
        targets.forEach(target -> target.close(withinMillis));
    }

    @Override
    public void close() {
        close(TimeUnit.SECONDS.toMillis(1));
    }
}
