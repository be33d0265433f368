package io.tandem.load.watch;

import java.util.Optional;

/**
 * A relay of this machine, as far as it can be seen from outside.
 *
 * @param pid of its process
 * @param gcLog what its collector writes; empty where it is no JVM, or none that writes it
 */
public record RelaySight(long pid, Optional<GcLog> gcLog) {
    /** A process of which nothing is known but its id. */
    public static RelaySight ofProcess(long pid) {
        return new RelaySight(pid, Optional.empty());
    }
}
