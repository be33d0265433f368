package io.tandem.relay.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    private static final String SOUND = """
            tandem.port=18080
            tandem.brands=shop
            tandem.brands.shop.origins=https://www.shop.example
            tandem.brands.shop.agent-secret=thirty-two bytes or more, of a test alone
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    Path folder;

    private int run(String... arguments) {
        CommandLine line = Main.commandLine(environment);
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("relay.properties"), text).toString();
    }

    @Test
    void shouldFindNothingWrongWithASoundConfiguration() throws IOException {
        assertThat(run("config", "check", "--config", file(SOUND))).isZero();
        assertThat(out.toString()).contains("nothing is wrong", "18080", "shop");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldListEverythingThatIsWrong() throws IOException {
        String wrong = SOUND.replace("18080", "none") + "tandem.sesion.per-node=5\n";
        assertThat(run("config", "check", "--config", file(wrong))).isEqualTo(78);
        assertThat(err.toString()).contains("tandem.port", "'none'", "0 to 65535", "tandem.sesion.per-node");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldReadTheEnvironmentOverTheFileAndNameWhatItDoesNotKnow() throws IOException {
        environment.put("TANDEM_PORT", "19090");
        assertThat(run("config", "check", "--config", file(SOUND))).isZero();
        assertThat(out.toString()).contains("19090");
        environment.put("TANDEM_PROT", "19090");
        assertThat(run("config", "check", "--config", file(SOUND))).isEqualTo(78);
        assertThat(err.toString()).contains("tandem.prot");
    }

    @Test
    void shouldSayWhatConfigTakes() {
        assertThat(run("config")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("config check");
    }

    @Test
    void shouldRefuseAPortOfPagesThatIsNone() {
        assertThat(run("demo", "--page-port", "8081", "--page-port", "70000")).isNotZero();
        assertThat(err.toString()).contains("--page-port", "70000");
    }
}
