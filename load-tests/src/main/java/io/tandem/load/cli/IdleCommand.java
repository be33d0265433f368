package io.tandem.load.cli;

import io.tandem.load.report.ResultJson;
import io.tandem.load.report.Words;
import io.tandem.load.run.IdleCrowd;
import io.tandem.load.run.Meeting;
import io.tandem.load.watch.RelaySight;
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

/** A crowd that does nothing. */
@Command(
        name = "idle",
        description =
                "Weighs sessions that do nothing for --seconds, then has each page change and each agent click."
                        + " Exits with 1 where one did not come, stay or answer, or cost more than it may. The relay has to be started here.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class IdleCommand implements Callable<Integer> {
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
            names = "--most-resident",
            description = "of the relay's resident memory that a connection may cost; without it, any",
            paramLabel = "BYTES")
    @Nullable
    Double mostResident;

    @Option(
            names = "--most-heap",
            description = "of the relay's live heap that a connection may cost; without it, any",
            paramLabel = "BYTES")
    @Nullable
    Double mostHeap;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (relay.relay != null && command != null) {
            throw new CommandLine.ParameterException(
                    command.commandLine(), "--relay names one whose memory cannot be seen; idle starts its own");
        }
        return relay.run(this::measure);
    }

    private int measure(Meeting meeting, Optional<RelaySight> sight) throws IOException, InterruptedException {
        IdleCrowd.Bounds bounds = new IdleCrowd.Bounds(orAny(mostResident), orAny(mostHeap));
        IdleCrowd.Cost cost =
                new IdleCrowd(load.plan(), meeting, sight.orElseThrow().pid(), bounds, LoadMain::note).measure();
        System.out.print(Words.of(cost));
        result.write(ResultJson.of(cost));
        return cost.isSound() ? 0 : LoadMain.EXIT_FAULTS;
    }

    private static double orAny(@Nullable Double most) {
        return most == null ? Double.POSITIVE_INFINITY : most;
    }
}
