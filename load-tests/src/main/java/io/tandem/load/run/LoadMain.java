package io.tandem.load.run;

import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.workload.Mix;
import io.tandem.load.workload.Recording;
import io.tandem.load.workload.RrwebConverter;
import java.io.IOException;
import java.net.InetSocketAddress;
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

/** The load harness's command line. */
@Command(
        name = "tandem-load",
        description = "Offers a relay the load of many co-browsing sessions, and checks every frame of it.",
        mixinStandardHelpOptions = true,
        subcommands = LoadMain.Run.class)
public final class LoadMain {
    /** The relay did something wrong. */
    private static final int EXIT_FAULTS = 1;

    private LoadMain() {}

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LoadMain()).execute(arguments));
    }

    /** One run against one relay. */
    @Command(
            name = "run",
            description =
                    "Runs sessions against a relay, and exits with 1 where a frame was lost, doubled, mispaired or changed.",
            mixinStandardHelpOptions = true,
            showDefaultValues = true)
    static final class Run implements Callable<Integer> {
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
                names = "--agent-secret",
                description = "environment variable that holds the brand's agent secret",
                paramLabel = "NAME")
        @Nullable
        String secretVariable;

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

        private String secret() {
            String secret = secretVariable == null ? null : System.getenv(secretVariable);
            if (secret == null) {
                throw new CommandLine.ParameterException(
                        new CommandLine(this), "--agent-secret has to name an environment variable that is set");
            }
            return secret;
        }

        private int run(InetSocketAddress address, String secret, OptionalLong pid)
                throws IOException, InterruptedException {
            LoadPlan plan = new LoadPlan(
                    address,
                    brand,
                    origin,
                    secret,
                    pairs,
                    recordings(),
                    webSocket,
                    viewOnly,
                    loops,
                    spin,
                    openRate,
                    warmUp,
                    seconds,
                    sources);
            try (LoadRun run = new LoadRun(plan, pid, line -> System.err.println(line))) {
                Outcome outcome = run.run();
                System.out.print(Words.of(outcome));
                return outcome.isSound() && outcome.paired() == pairs ? 0 : EXIT_FAULTS;
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
}
