package io.tandem.load.cli;

import io.tandem.load.report.Words;
import io.tandem.load.run.LoadRun;
import io.tandem.load.run.Meeting;
import io.tandem.load.run.MemoryGrowth;
import io.tandem.load.run.Outcome;
import io.tandem.load.watch.RelaySight;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A long run whose relay must not grow. */
@Command(
        name = "soak",
        description =
                "Runs for long, and exits with 1 where a frame was wrong, or the relay's memory was not shown to stay within"
                        + " what it may grow by. The relay has to be started here.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class SoakCommand implements Callable<Integer> {
    @Spec
    @Nullable
    CommandSpec command;

    @Mixin
    RelayOptions relay = new RelayOptions();

    @Mixin
    LoadOptions load = new LoadOptions();

    @Mixin
    ReportOptions reports = new ReportOptions();

    @Option(names = "--minutes", description = "that are measured; takes the place of --seconds", paramLabel = "M")
    double minutes = 30;

    @Option(
            names = "--most-growth",
            description = "of resident memory, and of what its collector leaves, each over the second half",
            paramLabel = "MIB/H")
    double mostGrowth = 20;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (relay.relay != null && command != null) {
            throw new CommandLine.ParameterException(
                    command.commandLine(), "--relay names one whose memory cannot be seen; soak starts its own");
        }
        load.seconds = (int) Math.max(1, Math.round(minutes * TimeUnit.MINUTES.toSeconds(1)));
        return relay.run(this::soak);
    }

    private int soak(Meeting meeting, Optional<RelaySight> sight) throws IOException, InterruptedException {
        try (LoadRun run = new LoadRun(load.plan(relay.linkKbit), meeting, sight, LoadMain::note)) {
            Outcome outcome = run.run();
            MemoryGrowth growth = MemoryGrowth.of(outcome, mostGrowth);
            System.out.print(Words.of(outcome));
            System.out.print(Words.of(growth));
            reports.write(outcome, Optional.of(growth));
            return outcome.isSound() && growth.isFlat() ? 0 : LoadMain.EXIT_FAULTS;
        }
    }
}
