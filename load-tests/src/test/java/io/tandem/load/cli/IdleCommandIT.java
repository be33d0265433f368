package io.tandem.load.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an idle connection may cost, as a script asks for it. */
class IdleCommandIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--most-heap=100; 1; live heap of a channel is",
                "--most-heap=1000000; 0; \"broken\":[]",
            })
    void shouldExitWithOneWhereAConnectionCostsMore(String bound, int exit, String says) throws IOException {
        Path json = folder.resolve("idle.json");

        assertThat(LoadMain.execute(
                        "idle",
                        "--jar=../relay-server/target/tandem-relay.jar",
                        "--pairs=1000",
                        "--seconds=1",
                        bound,
                        "--json=" + json))
                .isEqualTo(exit);

        assertThat(Files.readString(json)).contains(says, "\"sound\":" + (exit == 0), "\"faults\":{}");
    }
}
