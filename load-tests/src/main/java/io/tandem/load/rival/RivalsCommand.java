package io.tandem.load.rival;

import io.tandem.load.report.ReportPage;
import io.tandem.load.report.Words;
import io.tandem.load.run.LoadPlan;
import io.tandem.load.run.Outcome;
import io.tandem.load.run.Rotation;
import io.tandem.load.run.TandemMeeting;
import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.watch.RelaySight;
import io.tandem.load.workload.Mix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
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
    private static final int EXIT_FAULTS = 1;

    /** More than any load that is offered here: a session that exceeds its budget would be held, which no rival does. */
    private static final String AMPLE_KBPS = "100000";

    private static final int OPEN_PER_SECOND = 400;

    private final Consumer<String> progress;

    @Option(names = "--jar", paramLabel = "FILE", description = "the relay")
    Path jar = Path.of("relay-server/target/tandem-relay.jar");

    @Option(names = "--folder", description = "the rivals")
    Path folder = Path.of("load-tests/rivals");

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME[/LOOPS][@CPUS]",
            converter = OfContestant.class,
            description =
                    "rivals, where they differ with their own event loops and processors: bare_netty,bare_netty/2@0-1;"
                            + " without it all of them: bare_netty, node_ws, vertx_sockjs, node_socket_io, netty_socket_io,"
                            + " cometd_binary, cometd")
    List<Contestant> only = Arrays.stream(Rival.values())
            .map(rival -> new Contestant(rival, null, null))
            .toList();

    @Option(
            names = "--transport",
            description = "${COMPLETION-CANDIDATES}; by long_poll only the product and the rivals that poll")
    Transport transport = Transport.WEBSOCKET;

    @Option(
            names = "--loads",
            split = ",",
            paramLabel = "PAIRSxFRAMES",
            converter = OfLoad.class,
            description = "sessions, and frames a second of each; answers come on top")
    List<Load> loads = List.of(new Load(200, 45), new Load(200, 120));

    @Option(
            names = "--lives",
            description = "how often all relays are started anew: a virtual machine compiles otherwise each time")
    int lives = 2;

    @Option(names = "--rounds", description = "windows of each relay at each load in each life, in turn")
    int rounds = 5;

    @Option(names = "--seconds", description = "of a window")
    int seconds = 5;

    @Option(
            names = "--warm-up",
            description =
                    "seconds; of virtual machines, which compile for some 20 s, at this load on the processor that is measured")
    int warmUp = 25;

    @Option(
            names = "--server-cpus",
            description = "processors of the relays, as taskset names them",
            paramLabel = "LIST")
    String serverCpus = "0";

    @Option(names = "--server-loops", description = "event loops of each relay")
    int serverLoops = 1;

    @Option(names = "--product-loops", description = "event loops of the product, where they are not those of all")
    @Nullable
    Integer productLoops;

    @Option(
            names = "--product-cpus",
            description = "processors of the product, where they are not those of all",
            paramLabel = "LIST")
    @Nullable
    String productCpus;

    @Option(names = "--json", paramLabel = "FILE", description = "where the figures go")
    @Nullable
    Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "where the page with table and charts goes")
    @Nullable
    Path html;

    @Option(names = "--jvm", description = "options of the relays' JVMs", paramLabel = "OPTION")
    List<String> jvm = List.of("-Xmx512m", "-XX:+UseParallelGC");

    /** Tells its progress on the standard error stream. */
    public RivalsCommand() {
        this(System.err::println);
    }

    RivalsCommand(Consumer<String> progress) {
        this.progress = progress;
    }

    /** Reads a load. */
    static final class OfLoad implements ITypeConverter<Load> {
        @Override
        public Load convert(String text) {
            return Load.parse(text);
        }
    }

    /** Reads a rival with what it has. */
    static final class OfContestant implements ITypeConverter<Contestant> {
        @Override
        public Contestant convert(String text) {
            return Contestant.parse(text);
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Contestant> contestants = new ArrayList<>(List.of(new Contestant(null, productLoops, productCpus)));
        only.stream().filter(rival -> rival.rides(transport)).forEach(contestants::add);
        RivalTable table = new RivalTable(new RivalTable.Setting(
                Instant.now(),
                transport,
                servers(),
                seconds,
                Runtime.getRuntime().availableProcessors()));
        try {
            for (Load load : loads) {
                for (int life = 1; life <= lives; life++) {
                    progress.accept("life " + life + " of " + lives + ", " + load.words());
                    measure(contestants, load, table);
                }
            }
        } finally {
            // An hour of windows is not lost with the relay that did not start in the next one.
            write(table);
        }
        return table.isProductSound() ? 0 : EXIT_FAULTS;
    }

    private void write(RivalTable table) throws IOException {
        if (table.isEmpty()) {
            return;
        }
        System.out.print(table.markdown());
        if (json != null) {
            Files.writeString(json, table.json());
        }
        if (html != null) {
            Files.writeString(html, ReportPage.ofRivals(table.json()));
        }
    }

    private String servers() {
        return String.format(
                Locale.ROOT,
                "each relay has %d event loop(s) on CPU %s and JVM options %s, unless its name says otherwise; the product %d on %s, "
                        + "with budgets of %s kbit/s, which it meters and this load does not reach",
                serverLoops,
                serverCpus,
                String.join(" ", jvm),
                productLoops == null ? serverLoops : productLoops,
                productCpus == null ? serverCpus : productCpus,
                AMPLE_KBPS);
    }

    private List<String> by(Contestant contestant) {
        return List.of("taskset", "-c", contestant.cpus() == null ? serverCpus : contestant.cpus());
    }

    private int loops(Contestant contestant) {
        return contestant.loops() == null ? serverLoops : contestant.loops();
    }

    private static String name(Contestant contestant) {
        return contestant.rival() == null ? Contestant.PRODUCT : contestant.words();
    }

    /** Starts all of them, measures them in turn, and ends them. */
    private void measure(List<Contestant> contestants, Load load, RivalTable table) throws InterruptedException {
        try (Started started = new Started()) {
            List<Rotation.Entrant> entrants = new ArrayList<>();
            for (Contestant each : contestants) {
                entrants.add(each.rival() == null ? product(each, started) : rival(each.rival(), each, started));
            }
            Rotation rotation = new Rotation(plan(load), entrants, progress);
            started.endBy(rotation::close);
            try {
                rotation.run(rounds);
            } finally {
                keep(entrants, load, rotation.outcomes(), table);
            }
        }
    }

    private void keep(List<Rotation.Entrant> entrants, Load load, List<List<Outcome>> outcomes, RivalTable table) {
        for (int i = 0; i < entrants.size(); i++) {
            String name = entrants.get(i).name();
            outcomes.get(i).forEach(outcome -> table.add(load, name, outcome));
        }
        outcomes.stream()
                .flatMap(List::stream)
                .filter(outcome -> !outcome.isSound())
                .forEach(outcome -> progress.accept(Words.of(outcome)));
    }

    private Rotation.Entrant product(Contestant product, Started started) throws InterruptedException {
        Map<String, String> settings = Map.of(
                "tandem.event-loops", Integer.toString(loops(product)),
                "tandem.metering.recommended-kbps", AMPLE_KBPS,
                "tandem.metering.downstream-kbps", AMPLE_KBPS);
        RelayProcess relay = RelayProcess.start(by(product), jar, jvm, settings);
        started.endBy(relay::close);
        TandemMeeting meeting = new TandemMeeting(new TandemMeeting.Parts(
                relay.address(),
                RelayProcess.BRAND,
                RelayProcess.ORIGIN,
                RelayProcess.SECRET,
                transport == Transport.WEBSOCKET ? 1 : 0,
                0));
        started.endBy(meeting::close);
        return new Rotation.Entrant(name(product), meeting, relay.sight());
    }

    private Rotation.Entrant rival(Rival rival, Contestant contestant, Started started) throws InterruptedException {
        ServerProcess server = ServerProcess.start(port -> {
            List<String> command = new ArrayList<>(by(contestant));
            command.addAll(rival.command(folder, jvm, port, loops(contestant)));
            return command;
        });
        started.endBy(server::close);
        return new Rotation.Entrant(
                name(contestant), rival.meeting(server.address(), transport), RelaySight.ofProcess(server.pid()));
    }

    private LoadPlan plan(Load load) {
        return new LoadPlan(
                load.pairs(),
                List.of(Mix.of(load.framesPerSecond())),
                1,
                true,
                LoadPlan.Opening.calm(OPEN_PER_SECOND),
                warmUp,
                seconds);
    }
}
