package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.carrier.PlantedError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopLagTest {
    private final VirtualLoop loop = new VirtualLoop();
    private final List<Duration> looks = new ArrayList<>();

    @Test
    void shouldLookAgainAfterAFault() {
        LoopLag lag = new LoopLag(loop.executor(), loop.ticker(), TimeUnit.SECONDS.toNanos(1), late -> {
            looks.add(late);
            throw new PlantedError();
        });
        lag.watch();
        loop.runTasks();
        loop.advance(4 * LoopLag.LOOK_MILLIS);
        assertThat(looks).hasSizeGreaterThan(1);
    }
}
