package io.tandem.load.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.load.engine.Fault;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.run.Outcome;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Outcome SOUND = Outcomes.of(20, 2_000, Map.of(), "");
    private static final Outcome BROKEN =
            Outcomes.of(30, 4_000, Map.of(Fault.LOST, 3L), "lost: 3 before </script><b>page frame 9");

    @Test
    void shouldSayTheVerdictFirst() {
        assertThat(Words.of(SOUND)).startsWith("SOUND: every frame").contains("20.00 CPU s per million frames");
        assertThat(Words.of(BROKEN)).startsWith("NOT SOUND\n  lost: 3\n    lost: 3 before");
    }

    @Test
    void shouldTellTheHeapThePausesAndTheLinks() {
        assertThat(Words.of(SOUND))
                .contains("50.0 MiB used, 20.0 MiB alive, 2048.0 KiB of it for each session")
                .contains("2, 4.0 ms in all, 2.5 ms the longest")
                .contains(
                        "up 210 kbit/s in the middle, 480 most (budgets: 750 at least, 1500 recommended); down 40, 60 most");
        JsonMembers json = JsonMembers.parse(ReportJson.of(SOUND));
        assertThat(json.member("consumerKbps", Map.class).get("upMost")).isEqualTo(480.0);
        assertThat(json.member("relay", Map.class).get("heapLiveBytes")).isEqualTo(20L << 20);
    }

    @Test
    void shouldKeepAllFiguresInJson() {
        JsonMembers json = JsonMembers.parse(ReportJson.of(BROKEN));

        assertThat(json.members().get("sound")).isEqualTo(false);
        assertThat(json.members().get("faults")).isEqualTo(Map.of("lost", 3L));
        assertThat(json.member("endToEnd", Map.class).get("p99")).isEqualTo(4_000.0);
        assertThat(json.member("relay", Map.class).get("cpuSecondsPerMillionFrames"))
                .isEqualTo(30.0);
        assertThat(JsonMembers.parse(ReportJson.of(SOUND)).members().get("sound"))
                .isEqualTo(true);
    }

    @Test
    void shouldMakeAPageThatNeedsNothingBesideIt() {
        String page = ReportPage.of(BROKEN);

        assertThat(page).startsWith("<!doctype html>").contains("uPlot", "\"lost\":3");
        assertThat(page).doesNotContain("\"OUTCOME\"", "/*CHARTS*/", "/*STYLE*/");
        assertThat(page).doesNotContain("src=\"http", "href=\"http", "</script><b>");
    }

    @Test
    void shouldPutTwoSideBySide() {
        String table = Comparison.of(ReportJson.of(SOUND), ReportJson.of(BROKEN));

        assertThat(table).contains("| sound | true | false | |");
        assertThat(table).contains("| end to end p99, us | 2,000.0 | 4,000.0 | 2.00 |");
        assertThat(table).contains("| relay's CPU s per million | 20.0 | 30.0 | 1.50 |");
    }

    @Test
    void shouldRefuseWhatIsNoReportOrALaterOne() {
        assertThatThrownBy(() -> Comparison.of("{}", "{}")).hasMessageContaining("no load report");
        assertThatThrownBy(() -> Comparison.of("{\"version\":2}", "{}")).hasMessageContaining("allowed are up to 1");
    }
}
