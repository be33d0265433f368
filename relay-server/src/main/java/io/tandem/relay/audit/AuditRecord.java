package io.tandem.relay.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One event as it leaves the relay. */
public final class AuditRecord {
    private final @Nullable String brand;
    private final Instant time;
    private final byte[] json;

    /**
     * Keeps the bytes it is given.
     *
     * @param brand whom it concerns, null where that is not known
     * @param time when it happened
     * @param json an object without line ends
     */
    public AuditRecord(@Nullable String brand, Instant time, byte[] json) {
        this.brand = brand;
        this.time = time;
        this.json = json.clone();
    }

    /** The key of the brand that it concerns, null where that is not known. */
    public @Nullable String brand() {
        return brand;
    }

    /** When it happened. */
    public Instant time() {
        return time;
    }

    /** The object, without a line end. */
    public byte[] json() {
        return json.clone();
    }
}
