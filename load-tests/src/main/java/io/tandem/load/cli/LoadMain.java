package io.tandem.load.cli;

import io.tandem.load.rival.RivalsCommand;
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
            CompareCommand.class,
            RivalsCommand.class
        })
public final class LoadMain {
    /** The relay did something wrong. */
    static final int EXIT_FAULTS = 1;

    private LoadMain() {}

    static void note(String line) {
        System.err.println(line);
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
