package io.tandem.relay.bootstrap;

import io.tandem.relay.audit.webhook.WebhookLimits;
import io.tandem.relay.audit.webhook.WebhookTarget;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Who is told what happened in sessions.
 *
 * @param file where a line is written for each event, none where nobody wants one
 * @param waiting events that may wait to be written
 * @param webhooks of the brands that have one
 */
public record AuditConfig(Optional<File> file, int waiting, List<WebhookTarget> webhooks, WebhookLimits limits) {
    /** More than a node's sessions do in a second, however they hurry. */
    static final int WAITING = 10_000;

    /** Nobody is told. */
    public static final AuditConfig NONE =
            new AuditConfig(Optional.empty(), WAITING, List.of(), WebhookLimits.DEFAULTS);

    /**
     * A file that begins anew when it is full.
     *
     * @param path none where lines go to standard output
     * @param bytes in one file at most
     * @param kept full ones that are kept
     */
    public record File(Optional<Path> path, long bytes, int kept) {
        /** A few hundred thousand events. */
        static final long BYTES = 64L << 20;

        /** With the one that is written, half a gigabyte. */
        static final int KEPT = 7;
    }

    /** Keeps what it is given as it is now. */
    public AuditConfig {
        webhooks = List.copyOf(webhooks);
    }
}
