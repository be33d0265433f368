package io.tandem.load.cli;

import io.tandem.load.fleet.Assignment;
import io.tandem.load.fleet.Fleet;
import io.tandem.load.report.Words;
import io.tandem.load.run.LoadRun;
import io.tandem.load.run.Meeting;
import io.tandem.load.run.Outcome;
import io.tandem.load.run.TandemMeeting;
import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.watch.RelaySight;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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

    @Mixin
    ReportOptions reports = new ReportOptions();

    @Option(
            names = "--workers",
            split = ",",
            paramLabel = "HOST:PORT",
            description = "generators that offer the load instead of this process, each its share")
    List<String> workers = List.of();

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description = "with --workers: the secret that they were started with")
    @Nullable
    Path secretFile;

    @Spec
    @Nullable
    CommandSpec command;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (workers.isEmpty()) {
            return relay.run(this::run);
        }
        if (secretFile == null && command != null) {
            throw new CommandLine.ParameterException(command.commandLine(), "--workers needs --secret-file beside it");
        }
        return relay.runElsewhere(this::runElsewhere);
    }

    private int run(Meeting meeting, Optional<RelaySight> sight) throws IOException, InterruptedException {
        try (LoadRun run = new LoadRun(load.plan(relay.linkKbit), meeting, sight, LoadMain::note)) {
            return report(run.run());
        }
    }

    private int runElsewhere(TandemMeeting.Parts parts, Optional<RelayProcess> started)
            throws IOException, InterruptedException {
        Assignment whole = new Assignment(
                parts.relay().getHostString(),
                parts.relay().getPort(),
                parts.brand(),
                parts.origin(),
                parts.webSocketShare(),
                parts.viewOnlyShare(),
                relay.linkKbit,
                load.plan(relay.linkKbit));
        Outcome.Setting setting = new Outcome.Setting(
                Instant.now(),
                parts.words() + relay.ways().words() + "; from " + workers.size() + " generators: "
                        + String.join(", ", workers),
                Runtime.getRuntime().availableProcessors());
        List<InetSocketAddress> addresses =
                workers.stream().map(RelayOptions::address).toList();
        String secret = LoadMain.secret(Objects.requireNonNull(secretFile));
        try (Fleet fleet = Fleet.open(addresses, secret, LoadMain::note)) {
            return report(fleet.run(whole, setting, started.map(RelayProcess::sight)));
        }
    }

    private int report(Outcome outcome) throws IOException {
        System.out.print(Words.of(outcome));
        reports.write(outcome);
        return outcome.isSound() ? 0 : LoadMain.EXIT_FAULTS;
    }
}
