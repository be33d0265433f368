package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.tandem.load.RunningRelay;
import io.tandem.load.engine.Fault;
import io.tandem.load.report.Words;
import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.watch.RelaySight;
import io.tandem.load.workload.Mix;
import io.tandem.load.workload.Recording;
import io.tandem.load.workload.Step;
import io.tandem.relay.frame.FrameType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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

    private static LoadPlan plan(Recording recording, int seconds) {
        return new LoadPlan(PAIRS, List.of(recording), 1, false, LoadPlan.Opening.calm(200), 1, seconds);
    }

    private static Rotation.Entrant entrant(String name, Meeting meeting) {
        return new Rotation.Entrant(name, meeting, RelaySight.ofProcess(THIS_PROCESS));
    }

    /** In the middle of the first window of a second that begins at once, behind its lead. */
    private static void inTheMiddle(Runnable task) {
        CompletableFuture.delayedExecutor(1_250, TimeUnit.MILLISECONDS).execute(task);
    }

    private static void assertSound(List<Outcome> windows) {
        assertThat(windows)
                .allSatisfy(window ->
                        assertThat(window.faults()).as(window.faultLines()).isEmpty());
    }

    @Test
    void shouldMeasureEachInTurnAndLayFaultsToTheOneThatHasThem() throws IOException, InterruptedException {
        try (RunningRelay relay = new RunningRelay();
                FaultyHop hop = new FaultyHop(FaultyHop.Plant.DROP, 100, relay.address());
                TandemMeeting direct = meetingAt(relay.address());
                TandemMeeting byTheHop = meetingAt(hop.address());
                Rotation rotation = new Rotation(
                        plan(Mix.of(60), 1),
                        List.of(entrant("sound", direct), entrant("faulty", byTheHop)),
                        line -> {})) {
            rotation.run(WINDOWS);
            List<List<Outcome>> outcomes = rotation.outcomes();

            assertThat(outcomes)
                    .hasSize(2)
                    .allSatisfy(windows -> assertThat(windows).hasSize(WINDOWS).allSatisfy(window -> {
                        assertThat(window.paired()).isEqualTo(PAIRS);
                        assertThat(window.endToEnd().count()).isGreaterThan(100);
                        assertThat(window.relay()).isPresent();
                    }));
            assertSound(outcomes.get(0));
            assertThat(outcomes.get(1))
                    .anySatisfy(window -> assertThat(window.faults()).containsKey(Fault.LOST));
        }
    }

    @Test
    void shouldCountFramesThatComeInAnothersWindowForNobody() throws IOException, InterruptedException {
        // Each click is answered once, and nothing else comes.
        Recording clicks =
                new Recording("clicks", List.of(new Step(0, Step.Sender.AGENT, FrameType.CLICK, 24, false)), 50_000);
        double offered = 2 * PAIRS * clicks.framesPerSecond();
        List<String> inVain = new ArrayList<>();
        try (RunningRelay relay = new RunningRelay();
                FaultyHop hop = FaultyHop.obedient(relay.address());
                TandemMeeting direct = meetingAt(relay.address());
                TandemMeeting byTheHop = meetingAt(hop.address());
                Rotation rotation = new Rotation(
                        plan(clicks, 2),
                        List.of(entrant("late", byTheHop), entrant("sound", direct)),
                        line -> {
                            if (line.equals("warming up late")) {
                                hop.hold();
                            } else if (line.startsWith("late still has frames")) {
                                inVain.add(line);
                                if (inVain.size() == 2) {
                                    // Of its warming up and its window: all of it comes within the other's.
                                    inTheMiddle(hop::release);
                                }
                            }
                        },
                        new Rotation.Patience(1, 1))) {
            rotation.run(1);
            Outcome late = rotation.outcomes().get(0).get(0);
            Outcome sound = rotation.outcomes().get(1).get(0);

            assertThat(inVain).hasSize(2);
            assertThat(sound.framesPerSecond()).isCloseTo(offered, withinPercentage(25));
            assertSound(List.of(sound));
            assertThat(late.faults()).containsKey(Fault.NOT_SETTLED);
            assertThat(Words.of(late)).startsWith("NOT SOUND").contains("were on their way 1 s after the last was due");
        }
    }

    @Test
    void shouldLaySessionsThatEndInAnothersWindowToTheirOwn() throws IOException, InterruptedException {
        try (RunningRelay relay = new RunningRelay();
                FaultyHop hop = FaultyHop.obedient(relay.address());
                TandemMeeting direct = meetingAt(relay.address());
                TandemMeeting byTheHop = meetingAt(hop.address());
                Rotation rotation = new Rotation(
                        plan(Mix.of(60), 1), List.of(entrant("cut", byTheHop), entrant("sound", direct)), line -> {
                            if (line.startsWith("window 1  cut")) {
                                inTheMiddle(hop::cut);
                            }
                        })) {
            rotation.run(WINDOWS);
            List<Outcome> cut = rotation.outcomes().get(0);

            assertSound(rotation.outcomes().get(1));
            assertSound(cut.subList(0, 1));
            assertThat(cut.get(1).faults()).containsEntry(Fault.CLOSED, (long) PAIRS);
            assertThat(cut.get(1).paired()).isZero();
        }
    }

    @Test
    void shouldGoOnWithTheOthersWhenTheProcessOfOneEnds() throws InterruptedException {
        Path jar = Path.of("../relay-server/target/tandem-relay.jar");
        try (RunningRelay relay = new RunningRelay();
                RelayProcess mortal = RelayProcess.start(jar, List.of("-Xmx128m"), Map.of());
                TandemMeeting direct = meetingAt(relay.address());
                TandemMeeting atIt = new TandemMeeting(new TandemMeeting.Parts(
                        mortal.address(), RelayProcess.BRAND, RelayProcess.ORIGIN, RelayProcess.SECRET, 1, 0));
                Rotation rotation = new Rotation(
                        plan(Mix.of(60), 1),
                        List.of(entrant("sound", direct), new Rotation.Entrant("mortal", atIt, mortal.sight())),
                        line -> {
                            if (line.startsWith("window 2  sound")) {
                                inTheMiddle(mortal::kill);
                            }
                        })) {
            rotation.run(3);
            List<Outcome> windows = rotation.outcomes().get(1);

            assertThat(rotation.outcomes().get(0)).hasSize(3);
            assertSound(rotation.outcomes().get(0));
            assertThat(windows).hasSize(3);
            assertSound(windows.subList(0, 1));
            assertThat(windows.get(0).relay()).isPresent();
            assertThat(windows.subList(1, 3)).allSatisfy(window -> {
                assertThat(window.faults()).containsKey(Fault.GONE);
                // What it took until it ended, nobody knows.
                assertThat(window.relay()).isEmpty();
            });
        }
    }
}
