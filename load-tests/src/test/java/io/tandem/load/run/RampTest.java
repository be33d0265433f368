package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.load.engine.Fault;
import io.tandem.load.report.Outcomes;
import io.tandem.load.report.Words;
import io.tandem.load.workload.Mix;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RampTest {
    private static final LoadPlan PLAN =
            new LoadPlan(10, List.of(Mix.of(60)), 1, false, LoadPlan.Opening.calm(200), 1, 1);

    private static Ramp ramp(double p99Millis) {
        return new Ramp(PLAN, new Ramp.Bounds(2, 3, p99Millis));
    }

    @Test
    void shouldJudgeAStepByFaultsThenByTheGeneratorThenByItsLatency() {
        assertThat(ramp(50).judge(Outcomes.of(20, 2_000, Map.of(), ""))).isEqualTo(Ramp.Verdict.HOLDS);
        assertThat(ramp(50).judge(Outcomes.of(20, 2_000, Map.of(Fault.LOST, 1L), "")))
                .isEqualTo(Ramp.Verdict.UNSOUND);
        // Of these outcomes the generator is as late as the frames are.
        assertThat(ramp(3).judge(Outcomes.of(20, 2_000, Map.of(), ""))).isEqualTo(Ramp.Verdict.GENERATOR);
    }

    @Test
    void shouldNameTheHighestStepThatHeld() {
        Outcome outcome = Outcomes.of(20, 2_000, Map.of(), "");
        List<Ramp.Step> steps =
                List.of(new Ramp.Step(outcome, Ramp.Verdict.HOLDS), new Ramp.Step(outcome, Ramp.Verdict.SLOW));

        assertThat(Ramp.highest(steps)).contains(steps.get(0));
        assertThat(Ramp.highest(steps.subList(1, 2))).isEmpty();
        assertThat(Words.of(steps)).startsWith("HELD: 600 frames/s").contains("| holds |", "| too slow |");
    }

    @Test
    void shouldRefuseToStandStill() {
        assertThatThrownBy(() -> new Ramp.Bounds(1, 3, 50)).hasMessageContaining("above 1");
    }
}
