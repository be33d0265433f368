package io.tandem.relay.bootstrap;

import io.micrometer.core.instrument.MeterRegistry;
import io.tandem.relay.audit.AuditFile;
import io.tandem.relay.audit.AuditOutcome;
import io.tandem.relay.audit.AuditStream;
import io.tandem.relay.audit.AuditTarget;
import io.tandem.relay.audit.AuditTrail;
import io.tandem.relay.audit.webhook.WebhookOutcome;
import io.tandem.relay.audit.webhook.Webhooks;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.metering.AuditMeters;
import io.tandem.relay.session.AuditSink;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The audit of one relay, put together as its configuration says. */
final class Auditing {
    /** Names are looked up on these: one that is slow holds no more than itself and half of the others. */
    private static final int LOOKUP_THREADS = 2;

    private final @Nullable AuditTrail trail;

    private Auditing(@Nullable AuditTrail trail) {
        this.trail = trail;
    }

    /** Starts what is configured; nothing where nobody is to be told. Registers the meters in either case. */
    static Auditing start(RelayConfig config, MeterRegistry registry) {
        AuditMeters meters = new AuditMeters(
                registry, AuditOutcome.labels(), WebhookOutcome.labels(), WebhookOutcome.attemptLabels());
        AuditConfig audit = config.audit();
        List<AuditTarget> targets = new ArrayList<>();
        audit.file().ifPresent(file -> targets.add(target(file, meters)));
        InstantSource clock = InstantSource.system();
        Secrets ids = secrets();
        if (audit.webhooks().isEmpty()) {
            meters.measureWaiting(() -> 0, () -> 0);
        } else {
            Webhooks.Parts parts = new Webhooks.Parts(
                    audit.limits(),
                    meters,
                    BackgroundThreads.start(LOOKUP_THREADS, "webhook-names"),
                    ids::next,
                    clock,
                    random()::nextDouble);
            targets.add(new Webhooks(audit.webhooks(), parts));
        }
        if (targets.isEmpty()) {
            return new Auditing(null);
        }
        List<String> brands = config.brands().stream().map(Brand::key).toList();
        AuditTrail.Stamps stamps = new AuditTrail.Stamps(config.node(), ids::next, clock);
        return new Auditing(new AuditTrail(stamps, brands, targets, meters, audit.waiting()));
    }

    private static AuditTarget target(AuditConfig.File file, AuditMeters meters) {
        return file.path()
                .<AuditTarget>map(path -> new AuditFile(path, file.bytes(), file.kept(), meters))
                .orElseGet(() -> new AuditStream(System.out, meters));
    }

    AuditSink sink() {
        return trail == null ? AuditSink.NONE : trail;
    }

    /** Tells what is left. Blocks for some times this long at most; never called on an event loop. */
    void close(long withinMillis) {
        if (trail != null) {
            trail.close(withinMillis);
        }
    }

    /** Secrets and ids from a source of their own, which waits for nobody else's. */
    static Secrets secrets() {
        return new Secrets(random());
    }

    /** A source that is seeded here, so that it never waits for the system's on an event loop. */
    private static SecureRandom random() {
        try {
            SecureRandom random = SecureRandom.getInstance("DRBG");
            random.nextLong();
            return random;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK since 9 has DRBG", e);
        }
    }
}
