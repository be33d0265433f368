package io.tandem.load.cli;

import io.tandem.load.report.Words;
import io.tandem.load.run.Meeting;
import io.tandem.load.run.Ramp;
import io.tandem.load.watch.RelaySight;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Steps of more and more load. */
@Command(
        name = "ramp",
        description = "Offers more and more until the relay does not keep up, and names the highest step that held."
                + " Exits with 1 where none held, or something was lost, doubled, mispaired or changed.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class RampCommand implements Callable<Integer> {
    @Mixin
    RelayOptions relay = new RelayOptions();

    @Mixin
    LoadOptions load = new LoadOptions();

    @Option(names = "--times", description = "each step offers so many times what the last did", paramLabel = "X")
    double times = 1.5;

    @Option(names = "--steps", description = "at most")
    int steps = 10;

    @Option(names = "--p99", description = "milliseconds from end to end that a step may take", paramLabel = "MS")
    double p99Millis = 50;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return relay.run(this::climb);
    }

    private int climb(Meeting meeting, Optional<RelaySight> sight) throws IOException, InterruptedException {
        Ramp ramp = new Ramp(load.plan(), new Ramp.Bounds(times, steps, p99Millis));
        List<Ramp.Step> done = ramp.climb(meeting, sight, LoadMain::note);
        System.out.print(Words.of(done));
        boolean sound = done.stream().noneMatch(step -> step.verdict() == Ramp.Verdict.UNSOUND);
        return sound && Ramp.highest(done).isPresent() ? 0 : LoadMain.EXIT_FAULTS;
    }
}
