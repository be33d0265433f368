package io.tandem.load.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.peer.JsonMembers;
import io.tandem.load.run.LoadPlan;
import io.tandem.load.workload.Mix;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AssignmentTest {
    private static final Assignment WHOLE = new Assignment(
            "relay.example",
            8080,
            "demo",
            "https://shop.example",
            0.75,
            0,
            750,
            new LoadPlan(100, List.of(Mix.of(30)), 2, true, new LoadPlan.Opening(200, 64, 4, 10), 5, 20));

    @Test
    void shouldComeAsItWasSent() {
        assertThat(Assignment.read(JsonMembers.parse(WHOLE.json()))).isEqualTo(WHOLE);
    }

    @Test
    void shouldDivideAllSessionsAndGiveNoNumberTwice() {
        List<Assignment> shares =
                IntStream.range(0, 3).mapToObj(i -> WHOLE.share(i, 3)).toList();

        assertThat(shares).extracting(Assignment::linkKbit).containsOnly(750);
        assertThat(shares).extracting(share -> share.plan().pairs()).containsExactly(33, 33, 34);
        assertThat(shares)
                .extracting(share -> share.plan().opening().firstNumber())
                .containsExactly(10, 43, 76);
        assertThat(shares)
                .allSatisfy(
                        share -> assertThat(share.plan().opening().perSecond()).isEqualTo(66));
    }
}
