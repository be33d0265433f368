package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.scenario.SlowViewers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The scenario with small figures: memory is bounded and everybody goes on; how fast is told by the scenario itself. */
class SlowViewersIT {
    private static final int STOPPED = 20;
    private static final int OTHERS = 4;
    private static final int SECONDS = 3;
    private static final Path JAR = Path.of("../relay-server/target/tandem-relay.jar");

    @Test
    void shouldBoundTheRelaysMemoryAndLoseNothing() {
        try (RelayProcess relay = RelayProcess.start(JAR, List.of("-Xmx128m"), Map.of())) {
            SlowViewers.Outcome outcome = SlowViewers.run(relay, STOPPED, OTHERS, SECONDS);

            assertThat(outcome.isBounded()).as(outcome.toString()).isTrue();
            assertThat(outcome.wentOn() + outcome.cameBack())
                    .as(outcome.toString())
                    .isEqualTo(STOPPED);
            assertThat(outcome.lost()).as(outcome.toString()).isZero();
        }
    }
}
