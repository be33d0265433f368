package io.tandem.relay.audit;

/** Where audit events go. Called on the audit's thread, one event after the other, in the order in which they came; never throws. */
public interface AuditTarget {
    /** Takes one, or counts it as lost. May block for as long as a disk does. */
    void take(AuditRecord event);

    /** Nothing comes any more: what is on its way may take this long, in milliseconds. */
    void close(long withinMillis);
}
