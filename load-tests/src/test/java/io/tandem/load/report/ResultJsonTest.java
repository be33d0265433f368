package io.tandem.load.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.engine.Fault;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.run.Comeback;
import io.tandem.load.run.IdleCrowd;
import io.tandem.load.run.MemoryGrowth;
import io.tandem.load.run.Outcome;
import io.tandem.load.run.Overload;
import io.tandem.load.run.Percentiles;
import io.tandem.load.run.Trend;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultJsonTest {
    private static final Percentiles TIMES = new Percentiles(10, 1, 2, 3, 4, 5);
    private static final Map<Fault, Long> LOST = Map.of(Fault.LOST, 2L);

    private static IdleCrowd.Cost costing(IdleCrowd.Bounds bounds) {
        return new IdleCrowd.Cost(2, 4, 16_000, 8_000, 6, bounds, Map.of(), List.of());
    }

    @Test
    void shouldWeighAnIdleChannel() {
        JsonMembers json = JsonMembers.parse(ResultJson.of(costing(IdleCrowd.Bounds.NONE)));

        assertThat(json.members())
                .containsEntry("sound", true)
                .containsEntry("residentBytesPerChannel", 4_000.0)
                .containsEntry("liveHeapBytesPerChannel", 2_000.0)
                .containsEntry("answered", 6L)
                .containsEntry("broken", List.of());
    }

    @ParameterizedTest
    @CsvSource({"4000, 2000, ''", "3999, 2000, resident memory", "4000, 1999, live heap"})
    void shouldNameWhatAnIdleChannelExceeds(double mostResident, double mostLiveHeap, String named) {
        IdleCrowd.Cost cost = costing(new IdleCrowd.Bounds(mostResident, mostLiveHeap));

        assertThat(JsonMembers.parse(ResultJson.of(cost)).members()).containsEntry("sound", named.isEmpty());
        assertThat(String.join("", cost.broken())).startsWith(named);
        assertThat(Words.of(cost)).startsWith(named.isEmpty() ? "SOUND" : "NOT SOUND\n  " + named);
    }

    @Test
    void shouldSayWhatAnOverloadBroke() {
        JsonMembers json = JsonMembers.parse(ResultJson.of(new Overload.Result(
                5,
                5,
                10,
                30,
                1,
                0,
                new Overload.Latency(TIMES, TIMES),
                new Overload.Latency(TIMES, TIMES),
                new Overload.Latency(TIMES, TIMES),
                1,
                TIMES,
                List.of("one was not told"),
                LOST,
                List.of("lost: 2"))));

        assertThat(json.members())
                .containsEntry("sound", false)
                .containsEntry("broken", List.of("one was not told"))
                .containsEntry("turnedAway", 30L)
                .containsEntry("faults", Map.of("lost", 2L))
                .containsEntry("faultLines", List.of("lost: 2"));
        assertThat(json.member("meanwhile", Map.class).get("p99")).isEqualTo(3.0);
        assertThat(json.member("meanwhileThroughRelay", Map.class).get("p99")).isEqualTo(3.0);
    }

    @Test
    void shouldTellHowManyCameBack() {
        JsonMembers json = JsonMembers.parse(
                ResultJson.of(new Comeback(3, 2, TIMES, TIMES, 6, TIMES, TIMES, TIMES, 1, Map.of(), List.of())));

        assertThat(json.members()).containsEntry("sound", false).containsEntry("back", 2L);
    }

    @ParameterizedTest
    @CsvSource({"1.5, 20, true", "30, 20, false", "19, 20, false"})
    void shouldNotCallALongRunSoundWhoseMemoryWasNotShownToBeFlat(double slope, double most, boolean isSound) {
        Trend trend = new Trend(20, slope, 2);
        Outcome outcome = Outcomes.of(20, 2_000, Map.of(), "");
        MemoryGrowth growth = new MemoryGrowth(trend, trend, most);

        assertThat(JsonMembers.parse(ReportJson.of(outcome, Optional.of(growth)))
                        .members())
                .containsEntry("sound", isSound);
        assertThat(ReportPage.of(outcome, Optional.of(growth))).contains("\"sound\":" + isSound);
    }

    @Test
    void shouldWriteFaultsOfARunAsThoseOfAllElse() {
        Map<String, ?> run = JsonMembers.parse(ReportJson.of(Outcomes.of(20, 2_000, LOST, "lost: 1\nlost: 2")))
                .members();
        Map<String, ?> other = JsonMembers.parse(ResultJson.of(new Comeback(
                        3, 3, TIMES, TIMES, 6, TIMES, TIMES, TIMES, 1, LOST, List.of("lost: 1", "lost: 2"))))
                .members();

        assertThat(run.get("faults")).isEqualTo(other.get("faults")).isEqualTo(Map.of("lost", 2L));
        assertThat(run.get("faultLines")).isEqualTo(other.get("faultLines")).isEqualTo(List.of("lost: 1", "lost: 2"));
    }

    @Test
    void shouldAddWhatBecameOfTheMemoryOfALongRun() {
        Trend flat = new Trend(20, 1.5, 0.5);
        Trend unknown = new Trend(0, Double.NaN, Double.NaN);
        String report =
                ReportJson.of(Outcomes.of(20, 2_000, Map.of(), ""), Optional.of(new MemoryGrowth(flat, unknown, 20)));

        Map<?, ?> memory = JsonMembers.parse(report).member("memory", Map.class);
        assertThat(memory.get("verdict")).isEqualTo(Trend.Verdict.UNSURE.words());
        assertThat(memory.get("resident")).isEqualTo(Map.of("points", 20L, "mebibytesPerHour", 1.5, "spread", 0.5));
        assertThat(memory.get("heapLeft")).isEqualTo(Map.of("points", 0L));
    }
}
