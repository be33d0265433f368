package io.tandem.relay.session;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps what the audit hears. */
public final class RecordingAudit implements AuditSink {
    public final List<AuditEvent> events = new ArrayList<>();
    public final List<String> refusals = new ArrayList<>();

    @Override
    public void happened(AuditEvent event) {
        events.add(event);
    }

    @Override
    public void refused(@Nullable String brand, AuditRefusal why) {
        refusals.add(brand + ": " + why.wireName());
    }

    /** What happened, in the order in which it did. */
    public List<AuditKind> kinds() {
        return events.stream().map(AuditEvent::kind).toList();
    }

    public AuditEvent last() {
        return events.get(events.size() - 1);
    }
}
