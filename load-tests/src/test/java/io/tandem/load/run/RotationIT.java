package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay;
import io.tandem.load.engine.Fault;
import io.tandem.load.watch.RelaySight;
import io.tandem.load.workload.Mix;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two relays that take turns, one of which is not right. */
class RotationIT {
    private static final int PAIRS = 4;
    private static final int WINDOWS = 2;
    private static final long THIS_PROCESS = ProcessHandle.current().pid();

    private static TandemMeeting meetingAt(InetSocketAddress address) {
        return new TandemMeeting(
                new TandemMeeting.Parts(address, "demo", RunningRelay.ORIGIN, RunningRelay.AGENT_SECRET, 1, 0));
    }

    @Test
    void shouldMeasureEachInTurnAndLayFaultsToTheOneThatHasThem() throws IOException, InterruptedException {
        LoadPlan plan = new LoadPlan(PAIRS, List.of(Mix.of(60)), 1, false, LoadPlan.Opening.calm(200), 1, 1);
        try (RunningRelay relay = new RunningRelay();
                FaultyHop hop = new FaultyHop(FaultyHop.Plant.DROP, 100, relay.address());
                TandemMeeting direct = meetingAt(relay.address());
                TandemMeeting byTheHop = meetingAt(hop.address());
                Rotation rotation = new Rotation(
                        plan,
                        List.of(
                                new Rotation.Entrant("sound", direct, RelaySight.ofProcess(THIS_PROCESS)),
                                new Rotation.Entrant("faulty", byTheHop, RelaySight.ofProcess(THIS_PROCESS))),
                        line -> {})) {
            List<List<Outcome>> outcomes = rotation.run(WINDOWS);

            assertThat(outcomes)
                    .hasSize(2)
                    .allSatisfy(windows -> assertThat(windows).hasSize(WINDOWS).allSatisfy(window -> {
                        assertThat(window.paired()).isEqualTo(PAIRS);
                        assertThat(window.endToEnd().count()).isGreaterThan(100);
                        assertThat(window.relay()).isPresent();
                    }));
            assertThat(outcomes.get(0))
                    .allSatisfy(window ->
                            assertThat(window.faults()).as(window.faultLines()).isEmpty());
            assertThat(outcomes.get(1))
                    .anySatisfy(window -> assertThat(window.faults()).containsKey(Fault.LOST));
        }
    }
}
