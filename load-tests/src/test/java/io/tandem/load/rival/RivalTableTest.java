package io.tandem.load.rival;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.engine.Fault;
import io.tandem.load.report.Outcomes;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RivalTableTest {
    @Test
    void shouldGiveMediansSpreadsAndRatiosRoundByRound() {
        RivalTable table = new RivalTable();
        double[] ours = {20, 10, 30};
        double[] theirs = {40, 10, 45};
        for (int i = 0; i < ours.length; i++) {
            table.add(12_000, "Tandem", Outcomes.of(ours[i], 1_000, Map.of(), ""));
            table.add(12_000, "other", Outcomes.of(theirs[i], 3_000, Map.of(Fault.LOST, 1L), ""));
        }

        String text = table.markdown("Tandem");

        assertThat(text).contains("12000 frames/s offered");
        assertThat(text).contains("| Tandem | 20.00 (10.00-30.00) | 1.00 (1.00-1.00) |");
        // 20/40, 10/10 and 30/45.
        assertThat(text).contains("| other | 40.00 (10.00-45.00) | 0.67 (0.50-1.00) |");
        assertThat(text).contains("| 3000 (3000-3000) | 3 |");
    }

    @Test
    void shouldTakeTheMeanOfTheTwoInTheMiddle() {
        assertThat(RivalTable.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
    }
}
