package io.tandem.load.rival;

import io.tandem.load.report.Words;
import io.tandem.load.run.LoadPlan;
import io.tandem.load.run.LoadRun;
import io.tandem.load.run.Meeting;
import io.tandem.load.run.Outcome;
import io.tandem.load.run.TandemMeeting;
import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.workload.Mix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the product beside its rivals, round by round, each in turn. */
@Command(
        name = "rivals",
        description =
                "Measures the relay beside others, in turn, with the same load. Build them first: mvn -f load-tests/rivals/pom.xml"
                        + " package, and npm ci in load-tests/rivals/node.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class RivalsCommand implements Callable<Integer> {
    private static final String PRODUCT = "Tandem";
    private static final int OPEN_PER_SECOND = 400;

    /** Frames that answer and acknowledge what the mix sends, to each frame of the mix: measured, and only used to aim. */
    private static final double ANSWERS = 0.35;

    @Option(names = "--jar", paramLabel = "FILE", description = "the relay")
    Path jar = Path.of("relay-server/target/tandem-relay.jar");

    @Option(names = "--folder", description = "the rivals")
    Path folder = Path.of("load-tests/rivals");

    @Option(names = "--only", split = ",", description = "rivals: ${COMPLETION-CANDIDATES}", paramLabel = "NAME")
    List<Rival> only = List.of(Rival.values());

    @Option(
            names = "--transport",
            description = "${COMPLETION-CANDIDATES}; by long_poll only the product and the rivals that poll")
    Transport transport = Transport.WEBSOCKET;

    @Option(names = "--rates", split = ",", description = "frames a second", paramLabel = "F")
    List<Double> rates = List.of(12_000d, 48_000d);

    @Option(names = "--rounds", description = "of each relay at each rate")
    int rounds = 5;

    @Option(names = "--pairs", description = "sessions")
    int pairs = 200;

    @Option(names = "--seconds", description = "that are measured")
    int seconds = 10;

    @Option(names = "--warm-up", description = "seconds")
    int warmUp = 5;

    @Option(
            names = "--server-cpus",
            description = "processors of the relays, as taskset names them",
            paramLabel = "LIST")
    String serverCpus = "0";

    @Option(names = "--server-loops", description = "event loops of each relay")
    int serverLoops = 1;

    @Option(names = "--jvm", description = "options of the relays' JVMs", paramLabel = "OPTION")
    List<String> jvm = List.of("-Xmx512m", "-XX:+UseParallelGC");

    @Override
    public Integer call() throws InterruptedException {
        RivalTable table = new RivalTable();
        for (double rate : rates) {
            for (int round = 1; round <= rounds; round++) {
                note("round " + round + " at " + rate + " frames/s: " + PRODUCT);
                table.add(rate, PRODUCT, product(rate));
                for (Rival rival : rivals()) {
                    note("round " + round + " at " + rate + " frames/s: " + rival.words());
                    table.add(rate, rival.words(), rival(rival, rate));
                }
            }
        }
        System.out.print(table.markdown(PRODUCT));
        return 0;
    }

    private List<Rival> rivals() {
        return only.stream()
                .filter(rival -> transport == Transport.WEBSOCKET || rival.polls())
                .toList();
    }

    private static void note(String line) {
        System.err.println(line);
    }

    private List<String> by() {
        return List.of("taskset", "-c", serverCpus);
    }

    private Outcome product(double rate) throws InterruptedException {
        Map<String, String> settings = Map.of("tandem.event-loops", Integer.toString(serverLoops));
        double webSocketShare = transport == Transport.WEBSOCKET ? 1 : 0;
        try (RelayProcess relay = RelayProcess.start(by(), jar, jvm, settings);
                TandemMeeting meeting = new TandemMeeting(new TandemMeeting.Parts(
                        relay.address(),
                        RelayProcess.BRAND,
                        RelayProcess.ORIGIN,
                        RelayProcess.SECRET,
                        webSocketShare,
                        0))) {
            return run(rate, meeting, relay.pid());
        }
    }

    private Outcome rival(Rival rival, double rate) throws InterruptedException {
        try (ServerProcess server = ServerProcess.start(port -> {
            List<String> command = new ArrayList<>(by());
            command.addAll(rival.command(folder, jvm, port, serverLoops));
            return command;
        })) {
            return run(rate, rival.meeting(server.address(), transport), server.pid());
        }
    }

    private Outcome run(double rate, Meeting meeting, long pid) throws InterruptedException {
        double ofOnePair = rate / (1 + ANSWERS) / pairs;
        LoadPlan plan = new LoadPlan(
                pairs, List.of(Mix.of(ofOnePair)), 1, true, LoadPlan.Opening.calm(OPEN_PER_SECOND), warmUp, seconds);
        try (LoadRun run = new LoadRun(plan, meeting, OptionalLong.of(pid), line -> {})) {
            Outcome outcome = run.run();
            if (!outcome.isSound()) {
                note(Words.of(outcome));
            }
            return outcome;
        }
    }
}
