package io.tandem.rivals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rival beside the product, by the packaged harness: every frame of it comes once, in order and whole. */
class RivalsIT {
    private static final long WITHIN_MINUTES = 5;
    private static final Pattern FAULTS = Pattern.compile("\"faults\":[1-9]");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "websocket | bare_netty/2,vertx_sockjs,netty_socket_io,cometd_binary,cometd",
                "long_poll | cometd_binary,cometd"
            })
    void shouldCarryEveryFrame(String transport, String rivals) throws IOException, InterruptedException {
        Path json = folder.resolve("rivals.json");
        Path html = folder.resolve("rivals.html");
        List<String> command = new ArrayList<>(List.of("java", "-jar", "../target/tandem-load.jar", "rivals"));
        command.addAll(List.of("--jar=../../relay-server/target/tandem-relay.jar", "--folder=.", "--only=" + rivals));
        command.addAll(List.of("--transport=" + transport, "--rounds=1", "--loads=4x20", "--warm-up=1", "--seconds=2"));
        command.addAll(List.of("--json=" + json, "--html=" + html));
        File log = folder.resolve("log").toFile();

        Process harness = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        boolean ended = harness.waitFor(WITHIN_MINUTES, TimeUnit.MINUTES);
        harness.descendants().forEach(ProcessHandle::destroy);
        harness.destroy();

        String said = Files.readString(log.toPath());
        assertTrue(ended, said);
        assertEquals(0, harness.exitValue(), said);
        assertFalse(FAULTS.matcher(Files.readString(json)).find(), said);
        assertEquals(rivals.split(",").length + 1, Files.readString(json).split("\"ratio\"", -1).length - 1, said);
        assertTrue(Files.readString(html).contains("uPlot"));
    }
}
