package io.tandem.load.cli;

import io.tandem.load.rival.RivalsCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The load harness's command line. */
@Command(
        name = "tandem-load",
        description = "Offers a relay the load of many co-browsing sessions, and checks every frame of it.",
        mixinStandardHelpOptions = true,
        subcommands = {
            RunCommand.class,
            RampCommand.class,
            IdleCommand.class,
            GrowthCommand.class,
            WorkerCommand.class,
            ReconnectCommand.class,
            SoakCommand.class,
            OverloadCommand.class,
            CompareCommand.class,
            CapacityCommand.class,
            RivalsCommand.class
        })
public final class LoadMain {
    /** The relay did something wrong. */
    static final int EXIT_FAULTS = 1;

    private LoadMain() {}

    static void note(String line) {
        System.err.println(line);
    }

    /** What a file holds, without the line's end. */
    static String secret(Path file) throws IOException {
        String secret = Files.readString(file).strip();
        if (secret.isEmpty()) {
            throw new IOException(file + " is empty");
        }
        return secret;
    }

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    static int execute(String... arguments) {
        return new CommandLine(new LoadMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments);
    }
}
