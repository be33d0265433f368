package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tandem.load.engine.Fault;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.report.GrowthReport;
import io.tandem.load.report.Outcomes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GrowthTest {
    /** Two rounds: 10 + 0.01 x, and 20 + 0.01 x. */
    private static Growth growth() {
        Growth growth = new Growth();
        for (double a : new double[] {10, 20}) {
            for (double x : new double[] {100, 200, 400}) {
                growth.add(x, Outcomes.of(a + 0.01 * x, 500, Map.of(), ""));
            }
        }
        return growth;
    }

    @Test
    void shouldFitALineToEachRound() {
        Growth.Fit fit = growth().fit();

        assertThat(fit.a().least()).isCloseTo(10, within(1e-9));
        assertThat(fit.a().most()).isCloseTo(20, within(1e-9));
        assertThat(fit.b().rounds()).allSatisfy(b -> assertThat(b).isCloseTo(0.01, within(1e-9)));
        // Each round lies 5 off the line of both, of a mean of some 17.
        assertThat(fit.unexplained()).isCloseTo(5 / 17.33, within(0.01));
    }

    @Test
    void shouldBeLevelAtOnePoint() {
        Growth growth = new Growth();
        growth.add(100, Outcomes.of(12, 500, Map.of(), ""));

        assertThat(growth.fit().b().median()).isZero();
        assertThat(growth.fit().a().median()).isEqualTo(12);
    }

    @Test
    void shouldCompareEachRoundWithItsOwnFirstPoint() {
        Growth growth = growth();

        // 14 to 11 and 24 to 21.
        assertThat(growth.points().get(2).toFirst().median()).isCloseTo(1.2078, within(1e-3));
        assertThat(growth.isFlat()).isFalse();
        assertThat(growth.isSound()).isTrue();
    }

    @Test
    void shouldSayTheVerdictFirstAndKeepEachRoundInJson() {
        GrowthReport.Setting setting =
                new GrowthReport.Setting(Instant.parse("2026-01-02T03:04:05Z"), Growth.Over.PAIRS, 4_000, 100, 10, 2);
        Growth growth = growth();
        growth.add(400, Outcomes.of(24, 500, Map.of(Fault.LOST, 1L), ""));

        assertThat(GrowthReport.words(setting, growth))
                .startsWith("NOT FLAT within 15 %")
                .contains("a 15.00 (10.00-20.00)");
        JsonMembers json = JsonMembers.parse(GrowthReport.json(setting, growth));
        assertThat(json.members()).containsEntry("kind", "growth").containsEntry("flat", false);
        assertThat(json.members()).containsEntry("sound", false);
        assertThat((List<?>) json.member("points", List.class)).hasSize(3);
    }
}
