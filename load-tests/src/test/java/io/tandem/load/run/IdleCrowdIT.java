package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay;
import io.tandem.load.engine.Fault;
import io.tandem.load.report.Words;
import io.tandem.load.workload.Mix;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A crowd on a relay of this process, whose memory is therefore the clients' too: only what comes of it is looked at. */
class IdleCrowdIT {
    private static final int PAIRS = 10;
    private static final RunningRelay RELAY = new RunningRelay();

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    private static IdleCrowd.Cost measure(InetSocketAddress at) throws InterruptedException {
        LoadPlan plan = new LoadPlan(PAIRS, List.of(Mix.of(60)), 1, false, LoadPlan.Opening.calm(200), 0, 1);
        TandemMeeting.Parts parts =
                new TandemMeeting.Parts(at, "demo", RunningRelay.ORIGIN, RunningRelay.AGENT_SECRET, 1, 0);
        try (TandemMeeting meeting = new TandemMeeting(parts)) {
            return new IdleCrowd(plan, meeting, ProcessHandle.current().pid(), IdleCrowd.Bounds.NONE, line -> {})
                    .measure();
        }
    }

    @Test
    void shouldHaveAllOfThemAnswer() throws InterruptedException {
        IdleCrowd.Cost cost = measure(RELAY.address());

        assertThat(cost.faults()).as(String.join("\n", cost.faultLines())).isEmpty();
        assertThat(cost.isSound()).isTrue();
        assertThat(cost.channels()).isEqualTo(2 * PAIRS);
        // A page frame, its acknowledgement, a click and its verdict each.
        assertThat(cost.answered()).isGreaterThanOrEqualTo(3 * PAIRS);
        assertThat(Words.of(cost)).startsWith("SOUND");
    }

    @Test
    void shouldNameOneThatDoesNot() throws IOException, InterruptedException {
        // Those that come first send one page frame each.
        try (FaultyHop hop = new FaultyHop(FaultyHop.Plant.DROP, PAIRS + 3, RELAY.address())) {
            IdleCrowd.Cost cost = measure(hop.address());

            assertThat(cost.isSound()).isFalse();
            assertThat(cost.faults()).containsKey(Fault.LOST);
        }
    }
}
