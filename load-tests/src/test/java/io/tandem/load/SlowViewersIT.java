package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.scenario.SlowViewers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The scenario with small figures: what waits for viewers that stop is full and bounded, and everybody goes on; how fast is told by the scenario itself. */
class SlowViewersIT {
    private static final int STOPPED = 20;
    private static final int OTHERS = 4;
    private static final int SECONDS = 3;

    /** Of the frames that others got before: a machine that is busy with other things may take its share. */
    private static final double GONE_ON = 0.7;

    private static final Path JAR = Path.of("../relay-server/target/tandem-relay.jar");

    @Test
    void shouldBoundTheRelaysMemoryAndLoseNothing() {
        try (RelayProcess relay = RelayProcess.start(JAR, List.of("-Xmx128m"), Map.of())) {
            SlowViewers.Outcome outcome = SlowViewers.run(relay, STOPPED, OTHERS, SECONDS);

            String figures = outcome.toString();
            assertThat(outcome.wasFull()).as(figures).isTrue();
            assertThat(outcome.isBounded()).as(figures).isTrue();
            assertThat(outcome.collapsed()).as(figures).isPositive();
            assertThat(outcome.during().count()).as(figures).isGreaterThan((int)
                    (outcome.before().count() * GONE_ON));
            assertThat(outcome.wentOn() + outcome.cameBack()).as(figures).isEqualTo(STOPPED);
            assertThat(outcome.lost()).as(figures).isZero();
        }
    }
}
