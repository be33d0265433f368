package io.tandem.load.cli;

import io.tandem.load.rival.RivalsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The load harness's command line. */
@Command(
        name = "tandem-load",
        description = "Offers a relay the load of many co-browsing sessions, and checks every frame of it.",
        mixinStandardHelpOptions = true,
        subcommands = {RunCommand.class, CompareCommand.class, RivalsCommand.class})
public final class LoadMain {
    private LoadMain() {}

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    static int execute(String... arguments) {
        return new CommandLine(new LoadMain()).execute(arguments);
    }
}
