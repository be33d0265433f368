package io.tandem.load.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FleetPlanTest {
    private static final Node NODE = new Node(4, 10, 50, 1_000, 2_000, 3_000, 1e6);

    private static FleetPlan plan(Demand demand, double utilisation, int spare) {
        return FleetPlan.of(demand, NODE, utilisation, spare, new SplittableRandom(1));
    }

    @Test
    void shouldFillNodesToTheUtilisationThatIsAllowed() {
        // 10 frames of 10 us: a thousand sessions fill a tenth of a loop, 20,000 half of a node.
        FleetPlan plan = plan(new Demand(100_000, 10, 0, 60, 0), 0.5, 0);
        assertThat(plan.nodes()).isEqualTo(5);
        assertThat(plan.sessionsPerNode()).isEqualTo(20_000);
        assertThat(plan.meanLoad()).isCloseTo(0.5, within(1e-9));
        assertThat(plan.memoryBytes()).isCloseTo(1e6 + 20_000 * 2 * 5_000.0, within(1.0));
        assertThat(plan.upMbps()).isCloseTo(1_200, within(1e-9));
    }

    @Test
    void shouldHaveRoomForTheSessionsOfNodesThatFail() {
        FleetPlan plan = plan(new Demand(100_000, 10, 0, 60, 0), 0.5, 1);
        assertThat(plan.nodes()).isEqualTo(6);
        assertThat(plan.meanLoad()).isCloseTo(0.5 * 5 / 6, within(1e-9));
        assertThat(plan.highestAfterFailure()).isBetween(0.5, 0.56);
        // A sixth of the sessions on 20 loops, of 1 ms each.
        assertThat(plan.comebackSeconds()).isCloseTo(100_000 / 6.0 / 20 / 1_000, within(1e-9));
    }

    @Test
    void shouldWeighSessionsThatPoll() {
        assertThat(NODE.sessionsAt(new Demand(1, 10, 0, 60, 0.5), 0.6))
                .isEqualTo(NODE.sessionsAt(new Demand(1, 30, 0, 60, 0), 0.6));
    }

    @Test
    void shouldSpreadSessionsOfManyRatesWithTheSameMean() {
        FleetPlan alike = plan(new Demand(100_000, 10, 0, 60, 0), 0.5, 0);
        FleetPlan mixed = plan(new Demand(100_000, 10, 1, 60, 0), 0.5, 0);
        assertThat(mixed.meanLoad()).isCloseTo(alike.meanLoad(), within(0.01));
        assertThat(mixed.highestLoad()).isGreaterThan(alike.highestLoad()).isLessThan(0.6);
    }

    @Test
    void shouldSayWhatCannotBe() {
        assertThatThrownBy(() -> new Demand(0, 10, 0, 60, 0)).hasMessage("sessions: allowed is 1 or more");
        assertThatThrownBy(() -> new Demand(1, 10, 0, 60, 1.5)).hasMessage("polling: allowed is 0 to 1");
        Demand one = new Demand(1, 10, 0, 60, 0);
        assertThatThrownBy(() -> plan(one, 1, 0)).hasMessage("utilisation: allowed is over 0 and under 1");
        assertThatThrownBy(() -> plan(one, 0.5, -1)).hasMessage("spare nodes: allowed is 0 or more");
        assertThatThrownBy(() -> plan(new Demand(1, 1e9, 0, 60, 0), 0.5, 0))
                .hasMessageContaining("so many that a node carries a session");
    }
}
