package io.tandem.load.cli;

import io.tandem.load.run.LoadPlan;
import io.tandem.load.workload.Mix;
import io.tandem.load.workload.Recording;
import io.tandem.load.workload.RrwebConverter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What is offered to the relay. */
final class LoadOptions {
    @Option(names = "--pairs", description = "sessions")
    int pairs = 100;

    @Option(names = "--trace", paramLabel = "FILE", description = "rrweb events, one to a line; may be repeated")
    List<Path> traces = new ArrayList<>();

    @Option(names = "--rate", description = "without traces: frames a second of one pair", paramLabel = "F")
    double rate = 30;

    @Option(names = "--speed", description = "how many times as fast as recorded", paramLabel = "X")
    double speed = 1;

    @Option(names = "--loops", description = "event loops of this generator")
    int loops = 1;

    @Option(names = "--spin", description = "have them never sleep, for exact latencies")
    boolean spin;

    @Option(names = "--open-rate", description = "sessions opened a second")
    int openRate = 200;

    @Option(names = "--warm-up", description = "seconds")
    int warmUp = 5;

    @Option(names = "--seconds", description = "that are measured")
    int seconds = 20;

    @Option(names = "--opening", description = "sessions that are being opened at one time, at most")
    int opening = LoadPlan.Opening.CALM_AT_ONCE;

    @Option(names = "--sources", description = "loopback addresses to connect from")
    int sources = 1;

    LoadPlan plan() throws IOException {
        LoadPlan.Opening how = new LoadPlan.Opening(openRate, opening, sources, 0);
        return new LoadPlan(pairs, recordings(), loops, spin, how, warmUp, seconds);
    }

    /** The same; without traces, consumers on slow links cut their pages into parts, and point. */
    LoadPlan plan(int linkKbit) throws IOException {
        LoadPlan plan = plan();
        return traces.isEmpty() && linkKbit > 0 ? plan.playing(List.of(Mix.pointing(rate * speed))) : plan;
    }

    /** The same pairs; without traces their agents click, too. */
    LoadPlan actingPlan() throws IOException {
        LoadPlan plan = plan();
        return traces.isEmpty() ? plan.playing(List.of(Mix.acting(rate * speed))) : plan;
    }

    private List<Recording> recordings() throws IOException {
        List<Recording> recordings = new ArrayList<>();
        for (Path trace : traces) {
            recordings.add(RrwebConverter.convert(trace, RrwebConverter.Options.DEFAULTS)
                    .faster(speed));
        }
        if (recordings.isEmpty()) {
            recordings.add(Mix.of(rate * speed));
        }
        return recordings;
    }
}
