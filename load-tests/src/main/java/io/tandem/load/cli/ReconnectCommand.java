package io.tandem.load.cli;

import io.tandem.load.report.ResultJson;
import io.tandem.load.report.Words;
import io.tandem.load.run.Comeback;
import io.tandem.load.run.LoadPlan;
import io.tandem.load.run.ReconnectStorm;
import io.tandem.load.run.RestartStorm;
import io.tandem.load.run.TandemMeeting;
import io.tandem.load.scenario.RelayProcess;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A crowd that loses all its connections at once. */
@Command(
        name = "reconnect",
        description =
                "Cuts every connection at one moment under load, has all come back at once and resume, and exits with 1 where"
                        + " one does not, or anything that was sent did not come once and in order.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class ReconnectCommand implements Callable<Integer> {
    @Spec
    @Nullable
    CommandSpec command;

    @Mixin
    RelayOptions relay = new RelayOptions();

    @Mixin
    LoadOptions load = new LoadOptions();

    @Mixin
    ResultOptions result = new ResultOptions();

    @Option(
            names = "--restart",
            description =
                    "kill the relay itself and start it again instead: its sessions are gone, and all begin new ones")
    boolean restart;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (restart && relay.relay != null && command != null) {
            throw new CommandLine.ParameterException(
                    command.commandLine(), "--relay names one that cannot be killed; --restart starts its own");
        }
        // Who may not act has no actions that have to come.
        relay.viewOnly = restart ? relay.viewOnly : 0;
        return relay.runWith(this::storm);
    }

    private int storm(TandemMeeting.Parts parts, Optional<RelayProcess> process)
            throws IOException, InterruptedException {
        LoadPlan plan = load.actingPlan();
        try (TandemMeeting meeting = new TandemMeeting(parts, new TandemMeeting.Ways(!restart, true, relay.linkKbit))) {
            Comeback comeback = restart
                    ? new RestartStorm(plan, meeting, process.orElseThrow(), LoadMain::note).run()
                    : new ReconnectStorm(plan, meeting, LoadMain::note).run();
            System.out.print(Words.of(comeback));
            result.write(ResultJson.of(comeback));
            return comeback.isSound() ? 0 : LoadMain.EXIT_FAULTS;
        }
    }
}
