package io.tandem.load.cli;

import io.tandem.load.report.GrowthReport;
import io.tandem.load.report.Words;
import io.tandem.load.run.Growth;
import io.tandem.load.run.LoadPlan;
import io.tandem.load.run.LoadRun;
import io.tandem.load.run.Outcome;
import io.tandem.load.run.TandemMeeting;
import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.watch.RelaySight;
import io.tandem.load.workload.Mix;
import io.tandem.load.workload.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The relay's CPU of a frame over more and more of something. */
@Command(
        name = "growth",
        description =
                "Measures the relay's CPU per frame over more and more pairs, between which the same frames are divided,"
                        + " and fits a line; over the size of frames and the share of polling sessions too. One relay serves all points,"
                        + " after it has compiled under the first one's load, and rounds are interleaved. Exits with 1 where a round was"
                        + " not sound.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class GrowthCommand implements Callable<Integer> {
    private static final double PERCENT = 100;
    private static final List<Integer> PAIRS = List.of(100, 500, 1500, 4500);
    private static final List<Integer> FRAME_BYTES = List.of(100, 1000, 4000, 16000, 48000);
    private static final List<Integer> POLLING = List.of(0, 25, 50, 100);

    @Spec
    @Nullable
    CommandSpec command;

    @Mixin
    RelayOptions relay = new RelayOptions();

    @Mixin
    LoadOptions load = new LoadOptions();

    @Option(names = "--over", description = "${COMPLETION-CANDIDATES}")
    Growth.Over over = Growth.Over.PAIRS;

    @Option(
            names = "--points",
            split = ",",
            paramLabel = "X",
            description =
                    "where to measure: pairs (100,500,1500,4500), bytes of a page frame (100,1000,4000,16000,48000), or"
                            + " polling sessions of a hundred (0,25,50,100)")
    List<Integer> points = List.of();

    @Option(
            names = "--frames",
            paramLabel = "F",
            description = "frames a second that all pairs send together; --rate, --speed and --trace are left alone")
    double frames = 4000;

    @Option(
            names = "--compiling",
            paramLabel = "SECONDS",
            description =
                    "under the first point's load before the first round: until then its virtual machine compiles on"
                            + " the processor that is measured")
    int compilingSeconds = 60;

    @Option(names = "--rounds", description = "of each point")
    int rounds = 5;

    @Option(names = "--json", paramLabel = "FILE", description = "where the figures go")
    @Nullable
    Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (relay.relay != null && command != null) {
            throw new CommandLine.ParameterException(
                    command.commandLine(), "--relay names one whose CPU cannot be seen; growth starts its own");
        }
        GrowthReport.Setting setting = new GrowthReport.Setting(
                Instant.now(),
                over,
                frames,
                load.pairs,
                load.seconds,
                Runtime.getRuntime().availableProcessors());
        Growth growth = new Growth();
        relay.runWith((parts, process) -> {
            Optional<RelaySight> sight = process.map(RelayProcess::sight);
            LoadMain.note("the relay compiles: " + points().get(0) + " " + over.words());
            run(parts, points().get(0), compilingSeconds, sight);
            for (int round = 1; round <= rounds; round++) {
                for (int point : points()) {
                    LoadMain.note("round " + round + ": " + point + " " + over.words());
                    growth.add(point, run(parts, point, load.warmUp, sight));
                }
            }
            return 0;
        });
        System.out.print(GrowthReport.words(setting, growth));
        if (json != null) {
            Files.writeString(json, GrowthReport.json(setting, growth));
        }
        return growth.isSound() ? 0 : LoadMain.EXIT_FAULTS;
    }

    private List<Integer> points() {
        if (!points.isEmpty()) {
            return points;
        }
        return switch (over) {
            case PAIRS -> PAIRS;
            case FRAME_BYTES -> FRAME_BYTES;
            case POLLING -> POLLING;
        };
    }

    private Outcome run(TandemMeeting.Parts parts, int point, int warmUpSeconds, Optional<RelaySight> sight)
            throws IOException, InterruptedException {
        TandemMeeting.Parts where = over == Growth.Over.POLLING ? parts.withWebSocket(1 - point / PERCENT) : parts;
        try (TandemMeeting meeting = new TandemMeeting(where, relay.ways());
                LoadRun run = new LoadRun(plan(point, warmUpSeconds), meeting, sight, line -> {})) {
            Outcome outcome = run.run();
            if (!outcome.isSound()) {
                LoadMain.note(Words.of(outcome));
            }
            return outcome;
        }
    }

    private LoadPlan plan(int point, int warmUpSeconds) throws IOException {
        int pairs = over == Growth.Over.PAIRS ? point : load.pairs;
        Recording each = over == Growth.Over.FRAME_BYTES ? Mix.even(frames / pairs, point) : Mix.of(frames / pairs);
        LoadPlan plan = load.plan();
        return new LoadPlan(
                pairs, List.of(each), plan.loops(), plan.spins(), plan.opening(), warmUpSeconds, plan.seconds());
    }
}
