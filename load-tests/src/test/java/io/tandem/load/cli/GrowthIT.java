package io.tandem.load.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Growth over all that it can be measured over, with numbers that tell nothing but that it works. */
class GrowthIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"pairs; 2,6", "frame-bytes; 100,30000", "polling; 0,100"})
    void shouldMeasureEachPoint(String over, String points) throws IOException {
        Path json = folder.resolve("growth.json");

        assertThat(LoadMain.execute(
                        "growth",
                        "--jar=../relay-server/target/tandem-relay.jar",
                        "--over=" + over.replace('-', '_'),
                        "--points=" + points,
                        "--pairs=3",
                        "--frames=120",
                        "--rounds=1",
                        "--compiling=0",
                        "--warm-up=0",
                        "--seconds=1",
                        "--json=" + json))
                .isZero();

        String[] xs = points.split(",", -1);
        assertThat(json)
                .content()
                .contains("\"sound\":true", "\"x\":" + xs[0] + ".0", "\"x\":" + xs[1] + ".0", "\"fit\":{\"a\":");
    }

    @ParameterizedTest
    @CsvSource("127.0.0.1:1")
    void shouldRefuseARelayWhoseCpuItCannotSee(String relay) {
        assertThat(LoadMain.execute("growth", "--relay=" + relay)).isEqualTo(2);
    }
}
