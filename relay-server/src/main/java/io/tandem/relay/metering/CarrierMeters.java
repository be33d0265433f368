package io.tandem.relay.metering;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** What carriers tell of themselves, on any event loop: nothing of it happens for every frame. */
public final class CarrierMeters {
    private static final int NANOS_PER_MICRO = 1000;

    /** From half of what the relay is to add at the median (150 us) over what it may at the 99th percentile (2 ms) to what everybody sees. */
    private static final Duration[] LATENCIES = Arrays.stream(new long[] {
                50, 100, 150, 250, 500, 1000, 2000, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000
            })
            .mapToObj(micros -> Duration.ofNanos(micros * NANOS_PER_MICRO))
            .toArray(Duration[]::new);

    private final Timer latency;
    private final Counter collapsed;

    /** Registers them. */
    public CarrierMeters(MeterRegistry registry) {
        this.latency = Timer.builder("tandem.relay.latency")
                .description(
                        "From a WebSocket's read to the flush of what it brought, of one read in 16 or so; what waited in the kernel is not in it")
                .serviceLevelObjectives(LATENCIES)
                .register(registry);
        this.collapsed = Counter.builder("tandem.pointer.collapsed")
                .description(
                        "Pointer frames that were never sent, because a later one took their place while their client took nothing")
                .baseUnit("frames")
                .register(registry);
    }

    /** What a read brought was handed to the network after so long. */
    void relayed(long nanos) {
        latency.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A pointer frame was left out. */
    public void pointerCollapsed() {
        collapsed.increment();
    }
}
