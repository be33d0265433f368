package io.tandem.relay.audit;

import io.tandem.relay.metering.AuditMeters;
import java.io.IOException;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Standard output with an event a line, for who gathers what a container says. */
public final class AuditStream implements AuditTarget {
    private static final Logger LOG = LoggerFactory.getLogger(AuditStream.class);

    private final OutputStream out;
    private final AuditMeters meters;
    private boolean failing;

    /** Writes to this stream, which stays its owner's to close. */
    public AuditStream(OutputStream out, AuditMeters meters) {
        this.out = out;
        this.meters = meters;
    }

    @Override
    public void take(AuditRecord event) {
        try {
            out.write(event.json());
            out.write('\n');
            out.flush();
            meters.events(AuditOutcome.WRITTEN.label(), 1);
            failing = false;
        } catch (IOException e) {
            meters.events(AuditOutcome.FAILED.label(), 1);
            if (!failing) {
                failing = true;
                LOG.error("audit events cannot be written to standard output", e);
            }
        }
    }

    @Override
    public void close(long withinMillis) {}
}
