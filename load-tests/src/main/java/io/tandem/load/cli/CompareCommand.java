package io.tandem.load.cli;

import io.tandem.load.report.Comparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Two runs side by side. */
@Command(name = "compare", description = "Puts the figures of two runs side by side.", mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "A.json", description = "a run's figures")
    Path first = Path.of("a.json");

    @Parameters(index = "1", paramLabel = "B.json", description = "another's")
    Path second = Path.of("b.json");

    @Override
    public Integer call() throws IOException {
        System.out.print(Comparison.of(Files.readString(first), Files.readString(second)));
        return 0;
    }
}
