package io.tandem.load.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.run.FaultyHop;
import io.tandem.load.scenario.RelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full relay that is right behind a path that is not. */
class OverloadCommandIT {
    private static final int CAPACITY = 6;
    private static final int NEWCOMERS = 2 * CAPACITY;
    private static final Path JAR = Path.of("../relay-server/target/tandem-relay.jar");

    /** A lag of a busy machine is not what is looked at here. */
    private static final Map<String, String> SETTINGS =
            Map.of("tandem.session.per-node", Integer.toString(CAPACITY), "tandem.session.highest-lag-millis", "60000");

    @TempDir
    Path folder;

    private String brokenBy(FaultyHop.Plant plant, String p99Times) throws IOException {
        Path json = folder.resolve("overload.json");
        Path secret = Files.writeString(folder.resolve("secret"), RelayProcess.SECRET);
        try (RelayProcess relay = RelayProcess.start(JAR, List.of("-Xmx128m"), SETTINGS);
                FaultyHop hop = new FaultyHop(plant, NEWCOMERS, relay.address())) {
            assertThat(LoadMain.execute(
                            "overload",
                            "--relay=127.0.0.1:" + hop.address().getPort(),
                            "--agent-secret-file=" + secret,
                            "--pairs=" + CAPACITY,
                            "--warm-up=0",
                            "--seconds=3",
                            "--p99-times=" + p99Times,
                            "--recover-within=60",
                            "--json=" + json))
                    .isOne();
        }
        return Files.readString(json);
    }

    @Test
    void shouldNameThatThoseWhoWereThereGotNothingMeanwhile() throws IOException {
        assertThat(brokenBy(FaultyHop.Plant.FREEZE, "2"))
                .contains("\"broken\":[\"the 99th percentile through the relay meanwhile was", "\"faults\":{}");
    }

    @Test
    void shouldNameThatNewcomersHeardNothing() throws IOException {
        assertThat(brokenBy(FaultyHop.Plant.SWALLOW, "1e9"))
                .contains("\"broken\":[\"not all who came were answered 503", "\"faults\":{}")
                .doesNotContain("\"answeredOtherwise\":0");
    }
}
