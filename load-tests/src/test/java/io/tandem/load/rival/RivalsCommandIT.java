package io.tandem.load.rival;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The side-by-side of which a relay ends, or does not begin. */
class RivalsCommandIT {
    private static final String JAR = "../relay-server/target/tandem-relay.jar";

    @TempDir
    Path folder;

    private static Stream<ProcessHandle> relays() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains("tandem-relay.jar"));
    }

    private int run(RivalsCommand command, Path json, String... more) {
        return new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(Stream.concat(
                                Stream.of(
                                        "--jar=" + JAR,
                                        "--folder=" + folder,
                                        "--only=bare_netty",
                                        "--lives=1",
                                        "--loads=2x20",
                                        "--warm-up=1",
                                        "--seconds=1",
                                        "--jvm=-Xmx128m",
                                        "--json=" + json),
                                Stream.of(more))
                        .toArray(String[]::new));
    }

    @Test
    void shouldKeepWhatItHasWhenTheRelayEnds() throws IOException {
        Path json = folder.resolve("rivals.json");
        Path html = folder.resolve("rivals.html");
        RivalsCommand command = new RivalsCommand(line -> {
            if (line.startsWith("window 1  ")) {
                relays().forEach(ProcessHandle::destroyForcibly);
            }
        });

        // By long-polling the product is alone: the rival does not poll.
        assertThat(run(command, json, "--transport=long_poll", "--rounds=2", "--html=" + html))
                .isOne();

        assertThat(Files.readString(json))
                .contains("\"name\":\"Tandem\"", "\"rounds\":[")
                .doesNotContain("\"faults\":0");
        assertThat(html).exists();
        assertThat(relays()).isEmpty();
    }

    @Test
    void shouldEndTheOthersWhenOneDoesNotBegin() {
        Path json = folder.resolve("rivals.json");

        // Nothing is in the folder of the rivals.
        assertThat(run(new RivalsCommand(line -> {}), json, "--rounds=1")).isOne();

        assertThat(relays()).isEmpty();
        assertThat(json).doesNotExist();
    }
}
