package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.report.Words;
import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.workload.Mix;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A relay that takes a few sessions, and three times as many. How fast anything was is not looked at: machines of tests stand still now and then. */
class OverloadIT {
    private static final int CAPACITY = 6;
    private static final Path JAR = Path.of("../relay-server/target/tandem-relay.jar");

    private static Overload.Result overload(int allowed) throws InterruptedException {
        LoadPlan plan = new LoadPlan(CAPACITY, List.of(Mix.of(30)), 1, false, LoadPlan.Opening.calm(200), 0, 3);
        // A lag of a busy machine is not what is looked at here.
        Map<String, String> settings = Map.of(
                "tandem.session.per-node", Integer.toString(allowed), "tandem.session.highest-lag-millis", "60000");
        try (RelayProcess relay = RelayProcess.start(JAR, List.of("-Xmx128m"), settings);
                TandemMeeting meeting = new TandemMeeting(
                        new TandemMeeting.Parts(
                                relay.address(), RelayProcess.BRAND, RelayProcess.ORIGIN, RelayProcess.SECRET, 1, 0),
                        new TandemMeeting.Ways(false, false, 0))) {
            Overload.Bounds any = new Overload.Bounds(Double.MAX_VALUE, 60);
            return new Overload(plan, meeting, relay::isAlive, 1, any, line -> {}).run();
        }
    }

    @Test
    void shouldTurnAwayWhoeverIsTooManyAndTakeNewOnesAfterwards() throws InterruptedException {
        Overload.Result result = overload(CAPACITY);

        assertThat(result.broken()).isEmpty();
        assertThat(result.faults()).as(String.join("\n", result.faultLines())).isEmpty();
        assertThat(result.live()).isEqualTo(CAPACITY);
        assertThat(result.turnedAway()).isGreaterThanOrEqualTo(2 * CAPACITY);
        assertThat(result.letIn()).isZero();
        assertThat(result.meanwhile().endToEnd().count()).isPositive();
        assertThat(result.after().endToEnd().count()).isPositive();
        assertThat(result.recovery().count()).isEqualTo(result.left());
        assertThat(Words.of(result)).startsWith("SOUND");
    }

    @Test
    void shouldNameARelayThatLetsThemIn() throws InterruptedException {
        Overload.Result result = overload(1_000);

        assertThat(result.isSound()).isFalse();
        assertThat(result.letIn()).isPositive();
        assertThat(Words.of(result)).startsWith("NOT SOUND").contains("not all who came were answered 503");
    }
}
