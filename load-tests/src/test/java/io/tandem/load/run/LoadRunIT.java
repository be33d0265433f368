package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay;
import io.tandem.load.engine.Fault;
import io.tandem.load.report.Words;
import io.tandem.load.workload.Mix;
import io.tandem.load.workload.Recording;
import io.tandem.load.workload.Step;
import io.tandem.load.workload.Step.Sender;
import io.tandem.relay.frame.FrameType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The harness against a relay that is right, and against one that is not. */
class LoadRunIT {
    private static final int PAIRS = 8;
    private static final int SECONDS = 2;
    private static final RunningRelay RELAY = new RunningRelay();

    /** A page that changes, and an agent that acts. */
    private static final Recording ACTING = new Recording(
            "acting",
            List.of(
                    new Step(0, Sender.TAG, FrameType.KEYFRAME, 8_000, true),
                    new Step(1_000, Sender.TAG, FrameType.KEYFRAME, 500, false),
                    new Step(20_000, Sender.AGENT, FrameType.CURSOR, 16, false),
                    new Step(50_000, Sender.AGENT, FrameType.CLICK, 24, false),
                    new Step(60_000, Sender.TAG, FrameType.MUTATIONS, 300, false)),
            100_000);

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    private static Outcome run(InetSocketAddress at, Recording recording, double webSocketShare, double viewOnlyShare)
            throws InterruptedException {
        LoadPlan plan = new LoadPlan(PAIRS, List.of(recording), 1, false, LoadPlan.Opening.calm(200), 1, SECONDS);
        TandemMeeting.Parts parts = new TandemMeeting.Parts(
                at, "demo", RunningRelay.ORIGIN, RunningRelay.AGENT_SECRET, webSocketShare, viewOnlyShare);
        try (TandemMeeting meeting = new TandemMeeting(parts);
                LoadRun run = new LoadRun(plan, meeting, Optional.empty(), line -> {})) {
            return run.run();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "0, 0", "0.5, 0.5"})
    void shouldFindARelaySoundThatIs(double webSocketShare, double viewOnlyShare) throws InterruptedException {
        Outcome outcome = run(RELAY.address(), ACTING, webSocketShare, viewOnlyShare);

        assertThat(outcome.faults()).as(outcome.faultLines()).isEmpty();
        assertThat(outcome.isSound()).isTrue();
        assertThat(outcome.paired()).isEqualTo(PAIRS);
        assertThat(outcome.endToEnd().count()).isGreaterThan(100);
        assertThat(outcome.verdicts().count()).isPositive();
        assertThat(outcome.lateness().count()).isGreaterThan(100);
        assertThat(outcome.throughRelay().p50())
                .isPositive()
                .isLessThanOrEqualTo(outcome.endToEnd().most());
        assertThat(outcome.framesPerSecond()).isPositive();
        assertThat(outcome.bandwidth().upMost())
                .isGreaterThanOrEqualTo(outcome.bandwidth().upMedian());
        assertThat(outcome.bandwidth().upMedian()).isPositive();
        assertThat(outcome.bandwidth().downMedian()).isPositive();
        assertThat(Words.of(outcome)).startsWith("SOUND");
    }

    @ParameterizedTest
    @CsvSource({"DROP, LOST", "DOUBLE, DOUBLED", "MISPAIR, MISPAIRED", "CHANGE, CORRUPT"})
    void shouldNameWhatOneIsThatIsNot(FaultyHop.Plant plant, Fault fault) throws IOException, InterruptedException {
        try (FaultyHop hop = new FaultyHop(plant, 200, RELAY.address())) {
            Outcome outcome = run(hop.address(), Mix.of(60), 1, 0);

            assertThat(outcome.isSound()).isFalse();
            assertThat(outcome.faults()).containsKey(fault);
            assertThat(Words.of(outcome)).startsWith("NOT SOUND").contains(fault.words());
        }
    }

    @Test
    void shouldSayThatNobodyIsThere() throws InterruptedException {
        Outcome outcome = run(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), ACTING, 1, 0);

        assertThat(outcome.paired()).isZero();
        assertThat(outcome.faults()).containsEntry(Fault.NOT_PAIRED, (long) PAIRS);
    }
}
