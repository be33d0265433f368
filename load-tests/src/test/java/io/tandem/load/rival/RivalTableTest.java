package io.tandem.load.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.load.engine.Fault;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.report.Outcomes;
import io.tandem.load.report.ReportPage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RivalTableTest {
    private static RivalTable table() {
        RivalTable table = new RivalTable(new RivalTable.Setting(
                Instant.parse("2026-01-02T03:04:05Z"), Transport.LONG_POLL, "one loop each", 10, 2));
        double[] ours = {20, 10, 30};
        double[] theirs = {40, 10, 45};
        for (int i = 0; i < ours.length; i++) {
            table.add(new Load(100, 30), Contestant.PRODUCT, Outcomes.of(ours[i], 1_000, Map.of(), ""));
            table.add(new Load(100, 30), "other</script>", Outcomes.of(theirs[i], 3_000, Map.of(Fault.LOST, 1L), ""));
        }
        return table;
    }

    @Test
    void shouldGiveMediansSpreadsAndRatiosRoundByRound() {
        String text = table().markdown();

        assertThat(text).startsWith("long-polling; one loop each").contains("100 pairs of 30 frames/s");
        assertThat(text).contains("| Tandem | 20.00 (10.00-30.00) | 1.00 (1.00-1.00) |");
        // 20/40, 10/10 and 30/45.
        assertThat(text).contains("| other</script> | 40.00 (10.00-45.00) | 0.67 (0.50-1.00) |");
        assertThat(text).contains("| 3000 (3000-3000) | 3 |");
    }

    @Test
    void shouldKeepEachRoundInJson() {
        JsonMembers json = JsonMembers.parse(table().json());

        assertThat(json.members()).containsEntry("kind", "rivals").containsEntry("transport", "long-polling");
        assertThat(table().json()).contains("\"rounds\":[20.0,10.0,30.0]", "\"ratio\":{\"median\":0.66");
    }

    @Test
    void shouldMakeAPageThatNeedsNothingBesideIt() {
        String page = ReportPage.ofRivals(table().json());

        assertThat(page).startsWith("<!doctype html>").contains("uPlot", "\"product\":\"Tandem\"", ".verdict");
        assertThat(page).doesNotContain("\"OUTCOME\"", "/*CHARTS*/", "/*STYLE*/", "other</script>");
    }

    @Test
    void shouldSayWhetherTheProductWasSound() {
        RivalTable table = table();
        assertThat(table.isProductSound()).isTrue();

        table.add(new Load(1, 1), Contestant.PRODUCT, Outcomes.of(1, 1, Map.of(Fault.DOUBLED, 1L), ""));
        assertThat(table.isProductSound()).isFalse();
    }

    @Test
    void shouldTellOfARelayThatEndedWhatIsKnownOfItAndCompareTheSameRounds() {
        RivalTable table = new RivalTable(
                new RivalTable.Setting(Instant.parse("2026-01-02T03:04:05Z"), Transport.WEBSOCKET, "", 10, 2));
        Load load = new Load(100, 30);
        double[] ours = {20, 10, 30};
        for (int i = 0; i < ours.length; i++) {
            table.add(load, Contestant.PRODUCT, Outcomes.of(ours[i], 1_000, Map.of(), ""));
            table.add(load, "ended", i == 0 ? Outcomes.ofOneThatWasGone() : Outcomes.of(40, 3_000, Map.of(), ""));
            table.add(load, "never there", Outcomes.ofOneThatWasGone());
        }

        // 10/40 and 30/40: the first round of the product has nothing to be compared with.
        assertThat(table.markdown())
                .contains(
                        "| ended | 40.00 (40.00-40.00) | 0.50 (0.25-0.75) |",
                        "| never there | - | - | - | - | - | 3 |");
        assertThat(table.json()).contains("{\"name\":\"never there\",\"faults\":3}");
        assertThat(table.isProductSound()).isTrue();
    }

    @Test
    void shouldReadLoadsAndContestants() {
        assertThat(Load.parse("100x2.5")).isEqualTo(new Load(100, 2.5));
        for (String wrong : List.of("100", "x3", "0x3", "3x0", "a x b")) {
            assertThatThrownBy(() -> Load.parse(wrong)).as(wrong).hasMessageContaining("100x30");
        }
        assertThat(Contestant.parse("bare_netty")).isEqualTo(new Contestant(Rival.BARE_NETTY, null, null));
        assertThat(Contestant.parse("bare_netty/2@0-1")).isEqualTo(new Contestant(Rival.BARE_NETTY, 2, "0-1"));
        assertThat(Contestant.parse("bare_netty/2@0-1").words())
                .isEqualTo("bare Netty WebSocket, 2 event loops, on CPU 0-1");
        assertThatThrownBy(() -> Contestant.parse("bare_netty/two")).hasMessageContaining("NAME[/LOOPS][@CPUS]");
    }
}
