package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.report.ReportJson;
import io.tandem.load.report.Words;
import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.workload.Mix;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A relay of its own process, whose memory is seen, and consumers on slow links. */
class SoakIT {
    private static final int PAIRS = 10;
    private static final int LINK_KBIT = 750;

    /** A young generation of so little is collected often. */
    private static final List<String> JVM = List.of("-Xmx64m", "-Xmn2m");

    private static final double ANY_GROWTH = 1e9;

    @Test
    void shouldTellWhatAProcessTakesAndWhetherItGrows() throws InterruptedException {
        LoadPlan plan = new LoadPlan(PAIRS, List.of(Mix.pointing(30)), 1, false, LoadPlan.Opening.calm(200), 1, 10);
        try (RelayProcess relay =
                        RelayProcess.start(Path.of("../relay-server/target/tandem-relay.jar"), JVM, Map.of());
                TandemMeeting meeting = new TandemMeeting(
                        new TandemMeeting.Parts(
                                relay.address(), RelayProcess.BRAND, RelayProcess.ORIGIN, RelayProcess.SECRET, 1, 0),
                        new TandemMeeting.Ways(false, true, LINK_KBIT));
                LoadRun run = new LoadRun(plan, meeting, Optional.of(relay.sight()), line -> {})) {
            Outcome outcome = run.run();
            MemoryGrowth growth = MemoryGrowth.of(outcome, ANY_GROWTH);

            assertThat(outcome.isSound()).as(outcome.faultLines()).isTrue();
            assertThat(outcome.pointers().count()).isPositive();
            assertThat(outcome.setting().sessions()).contains("750 kbit/s");
            assertThat(outcome.relay().flatMap(Outcome.RelayCost::heap)).hasValueSatisfying(heap -> {
                assertThat(heap.liveBytes()).isPositive().isLessThan(64 << 20);
                assertThat(heap.usedBytes()).isPositive();
            });
            assertThat(growth.resident().points()).isGreaterThanOrEqualTo(Trend.LEAST_POINTS);
            assertThat(growth.resident().judge(ANY_GROWTH)).isEqualTo(Trend.Verdict.FLAT);
            assertThat(Words.of(growth)).contains("resident", "heap left");
            assertThat(ReportJson.of(outcome)).contains("gcPauses", "heapLiveBytes", "\"upFloor\":750");
        }
    }
}
