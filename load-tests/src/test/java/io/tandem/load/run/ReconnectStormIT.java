package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay;
import io.tandem.load.engine.Fault;
import io.tandem.load.report.Words;
import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.workload.Mix;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pairs whose connections break, and whose relay dies. */
class ReconnectStormIT {
    private static final int PAIRS = 8;
    private static final LoadPlan PLAN =
            new LoadPlan(PAIRS, List.of(Mix.acting(60)), 1, false, LoadPlan.Opening.calm(200), 0, 2);
    private static final RunningRelay RELAY = new RunningRelay();

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    private static Comeback storm(InetSocketAddress at, double webSocketShare) throws InterruptedException {
        TandemMeeting.Parts parts =
                new TandemMeeting.Parts(at, "demo", RunningRelay.ORIGIN, RunningRelay.AGENT_SECRET, webSocketShare, 0);
        try (TandemMeeting meeting = new TandemMeeting(parts, TandemMeeting.Ways.RESUMING)) {
            return new ReconnectStorm(PLAN, meeting, line -> {}).run();
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5})
    void shouldHaveAllComeBackAndMissNothing(double webSocketShare) throws InterruptedException {
        Comeback comeback = storm(RELAY.address(), webSocketShare);

        assertThat(comeback.faults())
                .as(String.join("\n", comeback.faultLines()))
                .isEmpty();
        assertThat(comeback.back()).isEqualTo(PAIRS);
        assertThat(comeback.welcomed().count()).isEqualTo(PAIRS);
        assertThat(comeback.connections()).isGreaterThanOrEqualTo(2 * PAIRS);
        assertThat(comeback.before().count()).isPositive();
        assertThat(comeback.after().count()).isPositive();
        assertThat(Words.of(comeback)).startsWith("SOUND").contains("live again");
    }

    @Test
    void shouldNameWhatIsNotTheSame() throws IOException, InterruptedException {
        try (FaultyHop hop = new FaultyHop(FaultyHop.Plant.CHANGE, 200, RELAY.address())) {
            Comeback comeback = storm(hop.address(), 1);

            assertThat(comeback.isSound()).isFalse();
            assertThat(comeback.faults()).containsKey(Fault.CORRUPT);
        }
    }

    @Test
    void shouldHaveAllBeginAnewWhenTheRelayWasKilled() throws InterruptedException {
        Path jar = Path.of("../relay-server/target/tandem-relay.jar");
        try (RelayProcess relay = RelayProcess.start(jar, List.of("-Xmx128m"), Map.of());
                TandemMeeting meeting = new TandemMeeting(new TandemMeeting.Parts(
                        relay.address(), RelayProcess.BRAND, RelayProcess.ORIGIN, RelayProcess.SECRET, 1, 0))) {
            Comeback comeback = new RestartStorm(PLAN, meeting, relay, line -> {}).run();

            assertThat(comeback.faults())
                    .as(String.join("\n", comeback.faultLines()))
                    .isEmpty();
            assertThat(comeback.back()).isEqualTo(PAIRS);
            assertThat(comeback.after().count()).isPositive();
            assertThat(Words.of(comeback)).startsWith("SOUND").doesNotContain("live again");
        }
    }
}
