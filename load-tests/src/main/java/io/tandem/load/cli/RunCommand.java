package io.tandem.load.cli;

import io.tandem.load.report.ReportJson;
import io.tandem.load.report.ReportPage;
import io.tandem.load.report.Words;
import io.tandem.load.run.LoadPlan;
import io.tandem.load.run.LoadRun;
import io.tandem.load.run.Outcome;
import io.tandem.load.run.TandemMeeting;
import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.workload.Mix;
import io.tandem.load.workload.Recording;
import io.tandem.load.workload.RrwebConverter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One run against one relay. */
@Command(
        name = "run",
        description =
                "Runs sessions against a relay, and exits with 1 where a frame was lost, doubled, mispaired or changed.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class RunCommand implements Callable<Integer> {
    /** The relay did something wrong. */
    private static final int EXIT_FAULTS = 1;

    @Option(
            names = "--relay",
            paramLabel = "HOST:PORT",
            description = "a relay that runs; without it, one is started here")
    @Nullable
    String relay;

    @Option(names = "--jar", paramLabel = "FILE", description = "the relay to start")
    Path jar = Path.of("relay-server/target/tandem-relay.jar");

    @Option(
            names = "--relay-cpus",
            paramLabel = "LIST",
            description = "processors of the relay that is started, as taskset names them")
    @Nullable
    String relayCpus;

    @Option(names = "--relay-jvm", paramLabel = "OPTION", description = "an option of its JVM; may be repeated")
    List<String> relayJvm = new ArrayList<>();

    @Option(
            names = "--relay-setting",
            paramLabel = "KEY=VALUE",
            description = "a setting of its configuration; may be repeated")
    Map<String, String> relaySettings = Map.of();

    @Option(names = "--brand", description = "the brand's key")
    String brand = RelayProcess.BRAND;

    @Option(names = "--origin", description = "of the brand's pages")
    String origin = RelayProcess.ORIGIN;

    @Option(
            names = "--agent-secret-file",
            description = "with --relay: what the brand's agents' tokens are signed with",
            paramLabel = "FILE")
    @Nullable
    Path secretFile;

    @Option(names = "--pairs", description = "sessions")
    int pairs = 100;

    @Option(names = "--trace", paramLabel = "FILE", description = "rrweb events, one to a line; may be repeated")
    List<Path> traces = new ArrayList<>();

    @Option(names = "--rate", description = "without traces: frames a second of one pair", paramLabel = "F")
    double rate = 30;

    @Option(names = "--speed", description = "how many times as fast as recorded", paramLabel = "X")
    double speed = 1;

    @Option(
            names = "--websocket",
            description = "share of the sessions that ride on WebSockets; the others poll",
            paramLabel = "SHARE")
    double webSocket = 1;

    @Option(
            names = "--view-only",
            description = "share of the sessions whose agents may not act, and try",
            paramLabel = "SHARE")
    double viewOnly = 0.1;

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

    @Option(names = "--json", paramLabel = "FILE", description = "where the figures go")
    @Nullable
    Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "where the report goes")
    @Nullable
    Path html;

    @Option(names = "--sources", description = "loopback addresses to connect from")
    int sources = 1;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (relay != null) {
            int colon = relay.lastIndexOf(':');
            InetSocketAddress address =
                    new InetSocketAddress(relay.substring(0, colon), Integer.parseInt(relay.substring(colon + 1)));
            return run(address, secret(), OptionalLong.empty());
        }
        List<String> by = relayCpus == null ? List.of() : List.of("taskset", "-c", relayCpus);
        try (RelayProcess started = RelayProcess.start(by, jar, relayJvm, relaySettings)) {
            return run(started.address(), RelayProcess.SECRET, OptionalLong.of(started.pid()));
        }
    }

    private String secret() throws IOException {
        if (secretFile == null) {
            throw new CommandLine.ParameterException(
                    new CommandLine(this), "--relay needs --agent-secret-file beside it");
        }
        return Files.readString(secretFile).strip();
    }

    private int run(InetSocketAddress address, String secret, OptionalLong pid)
            throws IOException, InterruptedException {
        LoadPlan plan = new LoadPlan(pairs, recordings(), loops, spin, openRate, warmUp, seconds, sources);
        TandemMeeting.Parts parts = new TandemMeeting.Parts(address, brand, origin, secret, webSocket, viewOnly);
        try (TandemMeeting meeting = new TandemMeeting(parts);
                LoadRun run = new LoadRun(plan, meeting, pid, line -> System.err.println(line))) {
            Outcome outcome = run.run();
            System.out.print(Words.of(outcome));
            if (json != null) {
                Files.writeString(json, ReportJson.of(outcome));
            }
            if (html != null) {
                Files.writeString(html, ReportPage.of(outcome));
            }
            return outcome.isSound() ? 0 : EXIT_FAULTS;
        }
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
