package io.tandem.load.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay;
import io.tandem.load.run.FaultyHop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a script sees of the harness: files and exit codes. */
class LoadMainIT {
    private static final RunningRelay RELAY = new RunningRelay();

    @TempDir
    Path folder;

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    private int run(InetSocketAddress at, Path json) throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), RunningRelay.AGENT_SECRET + "\n");
        return LoadMain.execute(
                "run",
                "--relay=127.0.0.1:" + at.getPort(),
                "--agent-secret-file=" + secret,
                "--origin=" + RunningRelay.ORIGIN,
                "--pairs=4",
                "--rate=100",
                "--warm-up=1",
                "--seconds=2",
                "--json=" + json,
                "--html=" + folder.resolve("report.html"));
    }

    @Test
    void shouldExitWithZeroWhereAllIsSoundAndLeaveItsReports() throws IOException {
        Path json = folder.resolve("a.json");

        assertThat(run(RELAY.address(), json)).isZero();

        assertThat(json).content().contains("\"sound\":true");
        assertThat(folder.resolve("report.html")).content().startsWith("<!doctype html>");
        assertThat(LoadMain.execute("compare", json.toString(), json.toString()))
                .isZero();
    }

    @Test
    void shouldExitWithOneWhereAFrameIsLost() throws IOException {
        Path json = folder.resolve("b.json");
        try (FaultyHop hop = new FaultyHop(FaultyHop.Plant.DROP, 100, RELAY.address())) {
            assertThat(run(hop.address(), json)).isOne();
        }

        assertThat(json).content().contains("\"sound\":false", "\"lost\":1");
    }

    @Test
    void shouldClimbAsFarAsItIsTold() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), RunningRelay.AGENT_SECRET);

        assertThat(LoadMain.execute(
                        "ramp",
                        "--relay=127.0.0.1:" + RELAY.address().getPort(),
                        "--agent-secret-file=" + secret,
                        "--origin=" + RunningRelay.ORIGIN,
                        "--pairs=4",
                        "--rate=20",
                        "--warm-up=0",
                        "--seconds=1",
                        "--steps=2",
                        // The machine of a test may stand still for a while.
                        "--p99=30000"))
                .isZero();
    }

    @Test
    void shouldExitWithTwoWhereItWasNotToldEnough() {
        assertThat(LoadMain.execute("run", "--relay=127.0.0.1:1")).isEqualTo(2);
    }
}
