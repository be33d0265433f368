package io.tandem.load.cli;

import io.tandem.load.report.ReportJson;
import io.tandem.load.report.ReportPage;
import io.tandem.load.report.Words;
import io.tandem.load.run.LoadRun;
import io.tandem.load.run.Meeting;
import io.tandem.load.run.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One run against one relay. */
@Command(
        name = "run",
        description =
                "Runs sessions against a relay, and exits with 1 where a frame was lost, doubled, mispaired or changed.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class RunCommand implements Callable<Integer> {
    @Mixin
    RelayOptions relay = new RelayOptions();

    @Mixin
    LoadOptions load = new LoadOptions();

    @Option(names = "--json", paramLabel = "FILE", description = "where the figures go")
    @Nullable
    Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "where the report goes")
    @Nullable
    Path html;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return relay.run(this::run);
    }

    private int run(Meeting meeting, OptionalLong pid) throws IOException, InterruptedException {
        try (LoadRun run = new LoadRun(load.plan(), meeting, pid, LoadMain::note)) {
            Outcome outcome = run.run();
            System.out.print(Words.of(outcome));
            if (json != null) {
                Files.writeString(json, ReportJson.of(outcome));
            }
            if (html != null) {
                Files.writeString(html, ReportPage.of(outcome));
            }
            return outcome.isSound() ? 0 : LoadMain.EXIT_FAULTS;
        }
    }
}
