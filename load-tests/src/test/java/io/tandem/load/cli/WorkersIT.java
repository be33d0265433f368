package io.tandem.load.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.run.FaultyHop;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One load from two generators, each a process of its own. */
class WorkersIT {
    private static final RunningRelay RELAY = new RunningRelay();
    private static final List<Process> WORKERS = new ArrayList<>();
    private static final List<String> ADDRESSES = new ArrayList<>();

    @TempDir
    static Path folder = Path.of("set by JUnit");

    private static Path secret = Path.of("set before all");

    @BeforeAll
    static void start() throws IOException {
        secret = Files.writeString(folder.resolve("secret"), "what the two know\n");
        Path agents = Files.writeString(folder.resolve("agents"), RunningRelay.AGENT_SECRET);
        for (int i = 0; i < 2; i++) {
            ADDRESSES.add(worker("--agent-secret-file=" + agents));
        }
    }

    /** Starts one, and says where it listens. */
    private static String worker(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "java",
                "-cp",
                System.getProperty("java.class.path"),
                "io.tandem.load.cli.LoadMain",
                "worker",
                "--listen=0",
                "--secret-file=" + secret));
        command.addAll(List.of(options));
        Process worker = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        WORKERS.add(worker);
        BufferedReader said = worker.inputReader(StandardCharsets.UTF_8);
        return Objects.requireNonNull(said.readLine()).replace("listens on ", "");
    }

    @AfterAll
    static void stop() {
        WORKERS.forEach(Process::destroy);
        RELAY.close();
    }

    private static int run(InetSocketAddress at, Path knows, Path json) {
        return LoadMain.execute(
                "run",
                "--relay=127.0.0.1:" + at.getPort(),
                "--origin=" + RunningRelay.ORIGIN,
                "--workers=" + String.join(",", ADDRESSES),
                "--secret-file=" + knows,
                "--pairs=5",
                "--rate=60",
                "--websocket=0.5",
                "--warm-up=1",
                "--seconds=2",
                "--json=" + json,
                "--html=" + folder.resolve("workers.html"));
    }

    @Test
    void shouldOfferTheLoadTogetherAndAddUpWhatTheyMeasured() throws IOException {
        Path json = folder.resolve("a.json");

        assertThat(run(RELAY.address(), secret, json)).isZero();

        JsonMembers outcome = JsonMembers.parse(Files.readString(json));
        assertThat(outcome.members()).containsEntry("sound", true).containsEntry("paired", 5L);
        assertThat(outcome.text("sessions")).contains("2 generators", ADDRESSES.get(0), ADDRESSES.get(1));
        Map<?, ?> pairing = outcome.member("pairing", Map.class);
        assertThat(pairing.get("count")).isEqualTo(5L);
        // 5 pairs of 60 frames a second for 2 s; a machine that stands still for a while may lose some of the window.
        assertThat((Long) outcome.member("endToEnd", Map.class).get("count")).isBetween(300L, 700L);
        assertThat((List<?>) outcome.member("samples", List.class)).hasSize(2);
        assertThat(kbps(outcome, "upMedian")).isPositive();
        assertThat(kbps(outcome, "downMost")).isPositive();
        // Of a relay elsewhere nothing is known.
        assertThat(outcome.members()).doesNotContainKey("relay");
    }

    private static double kbps(JsonMembers outcome, String which) {
        return ((Number) Objects.requireNonNull(
                        outcome.member("consumerKbps", Map.class).get(which)))
                .doubleValue();
    }

    @Test
    void shouldPaceTheLinksAndWeighTheRelayThatItStarted() throws IOException {
        Path json = folder.resolve("d.json");

        assertThat(LoadMain.execute(
                        "run",
                        "--jar=../relay-server/target/tandem-relay.jar",
                        "--workers=" + worker() + "," + worker(),
                        "--secret-file=" + secret,
                        "--pairs=4",
                        "--link-kbit=750",
                        "--warm-up=1",
                        "--seconds=3",
                        "--json=" + json))
                .isZero();

        JsonMembers outcome = JsonMembers.parse(Files.readString(json));
        assertThat(outcome.text("sessions")).contains("750 kbit/s", "2 generators");
        assertThat((Long) outcome.member("pointers", Map.class).get("count")).isPositive();
        assertThat(kbps(outcome, "upMost")).isPositive();
        assertThat(outcome.member("relay", Map.class).get("heapLiveBytes"))
                .asInstanceOf(InstanceOfAssertFactories.LONG)
                .isPositive();
        assertThat(outcome.member("relay", Map.class).get("gcPauses")).isNotNull();
    }

    @Test
    void shouldNameWhatAnyOfThemSaw() throws IOException {
        Path json = folder.resolve("b.json");
        try (FaultyHop hop = new FaultyHop(FaultyHop.Plant.DROP, 100, RELAY.address())) {
            assertThat(run(hop.address(), secret, json)).isOne();
        }

        assertThat(json).content().contains("\"sound\":false", "\"lost\":");
    }

    @Test
    void shouldServeNobodyWhoDoesNotKnowTheSecret() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong"), "another");
        Path json = folder.resolve("c.json");

        assertThat(run(RELAY.address(), wrong, json)).isOne();

        assertThat(json).doesNotExist();
        // And go on with those who do.
        assertThat(run(RELAY.address(), secret, json)).isZero();
    }

    @Test
    void shouldExitWithTwoWithoutASecret() {
        assertThat(LoadMain.execute("run", "--workers=127.0.0.1:1")).isEqualTo(2);
    }
}
