package io.tandem.relay.bootstrap;

import io.netty.util.ResourceLeakDetector;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.session.CarrierKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The relay's command line. */
@Command(
        name = "tandem-relay",
        description = "Pairs a consumer's browser with an agent's and forwards what they show each other.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {Main.Serve.class, Main.Demo.class, Main.Config.class})
public final class Main {
    /** What sysexits.h calls EX_CONFIG: something is wrong with the configuration. */
    private static final int EXIT_CONFIGURATION = 78;

    /** What sysexits.h calls EX_UNAVAILABLE: the address is taken. */
    private static final int EXIT_UNAVAILABLE = 69;

    /** Netty's own option, for who looks for a leak. */
    private static final String LEAK_LEVEL = "io.netty.leakDetection.level";

    private final Map<String, String> environment;

    private Main(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(commandLine(System.getenv()).execute(arguments));
    }

    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new Main(environment));
    }

    private static Map<String, String> environment(CommandSpec spec) {
        return ((Main) spec.root().userObject()).environment;
    }

    /** Says which build this is. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"tandem-relay " + (version == null ? "(not packaged)" : version)};
        }
    }

    /** Serves in earnest. */
    @Command(
            name = "serve",
            description = "Serves the brands of the configuration: environment (TANDEM_PORT) over file (tandem.port).",
            mixinStandardHelpOptions = true)
    static final class Serve implements Callable<Integer> {
        @Spec
        CommandSpec spec = CommandSpec.create();

        @Option(names = "--config", paramLabel = "FILE", description = "properties, in UTF-8")
        @Nullable
        Path file;

        @Override
        public Integer call() {
            try {
                Optional<Path> from = Optional.ofNullable(file);
                Map<String, String> environment = environment(spec);
                return run(
                        RelayConfigReader.read(from, environment),
                        server -> server.followConfiguration(from, environment));
            } catch (ConfigFaults faults) {
                System.err.println(faults.getMessage());
                return EXIT_CONFIGURATION;
            }
        }
    }

    /** What concerns the configuration alone. */
    @Command(
            name = "config",
            description = "Looks at the configuration and starts nothing.",
            mixinStandardHelpOptions = true,
            subcommands = Main.Check.class)
    static final class Config implements Callable<Integer> {
        @Spec
        @Nullable
        CommandSpec spec;

        @Override
        public Integer call() {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "config is what? allowed is: config check");
        }
    }

    /** Reads it as {@link Serve} would. */
    @Command(
            name = "check",
            description = "Lists everything that is wrong with the configuration; exits with 0 where nothing is.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        @Spec
        CommandSpec spec = CommandSpec.create();

        @Option(names = "--config", paramLabel = "FILE", description = "properties, in UTF-8")
        @Nullable
        Path file;

        @Override
        public Integer call() {
            try {
                RelayConfig read = RelayConfigReader.read(Optional.ofNullable(file), environment(spec));
                spec.commandLine().getOut().printf("nothing is wrong: port %d, brands %s%n", read.port(), keysOf(read));
                return CommandLine.ExitCode.OK;
            } catch (ConfigFaults faults) {
                spec.commandLine().getErr().println(faults.getMessage());
                return EXIT_CONFIGURATION;
            }
        }

        private static String keysOf(RelayConfig read) {
            return read.brands().stream().map(Brand::key).collect(Collectors.joining(", "));
        }
    }

    /** Serves the demo on this machine alone. */
    @Command(
            name = "demo",
            description = "Serves a shop and an agent's desk on this machine, for looking at.",
            mixinStandardHelpOptions = true)
    static final class Demo implements Callable<Integer> {
        private static final int SECRET_BYTES = 48;

        @Spec
        @Nullable
        CommandSpec spec;

        @Option(names = "--port", paramLabel = "N", defaultValue = "8080", description = "default: ${DEFAULT-VALUE}")
        int port;

        @Option(names = "--site", paramLabel = "DIR", description = "a folder of pages to serve under /site/, tagged")
        @Nullable
        Path site;

        @Option(
                names = "--proxy-port",
                paramLabel = "N",
                description = "a port of this machine from which something in between brings pages and carriers here")
        @Nullable
        Integer proxyPort;

        @Option(
                names = "--page-port",
                paramLabel = "N",
                description =
                        "a port of this machine from which something else serves pages with the tag; may be repeated")
        List<Integer> pagePorts = List.of();

        @Option(
                names = "--carriers",
                paramLabel = "LIST",
                split = ",",
                defaultValue = "websocket,long-poll",
                description = "what channels may ride on; default: ${DEFAULT-VALUE}")
        List<String> carriers = List.of();

        @Override
        public Integer call() {
            CommandSpec command = Objects.requireNonNull(spec);
            requirePort("--port", port, command);
            Set<Integer> ports = new LinkedHashSet<>(Set.of(port));
            if (proxyPort != null) {
                requirePort("--proxy-port", proxyPort, command);
                ports.add(proxyPort);
            }
            for (Integer pagePort : pagePorts) {
                requirePort("--page-port", pagePort, command);
                ports.add(pagePort);
            }
            if (site != null && !Files.isDirectory(site)) {
                throw new ParameterException(command.commandLine(), "--site is " + site + "; allowed is a folder");
            }
            Set<CarrierKind> offered = EnumSet.noneOf(CarrierKind.class);
            for (String label : carriers) {
                offered.add(CarrierKind.ofLabel(label)
                        .orElseThrow(() -> new ParameterException(
                                command.commandLine(),
                                "--carriers has '" + label + "'; allowed are "
                                        + String.join(", ", CarrierKind.labels()))));
            }
            byte[] secret = new byte[SECRET_BYTES];
            new SecureRandom().nextBytes(secret);
            AgentSecret agentSecret = AgentSecret.of(Base64.getEncoder().encodeToString(secret));
            return run(RelayConfig.forDemo(port, ports, Optional.ofNullable(site), offered, agentSecret), server -> {});
        }

        private static void requirePort(String option, int port, CommandSpec command) {
            if (port < 1 || port > 65_535) {
                throw new ParameterException(
                        command.commandLine(), option + " is " + port + "; allowed are 1 to 65535");
            }
        }
    }

    private static int run(RelayConfig config, Consumer<RelayServer> started) {
        if (System.getProperty(LEAK_LEVEL) == null) {
            // The tests look for leaks. Here it would write a stack trace for one buffer in 128.
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
        RelayServer server;
        try {
            server = RelayServer.start(config);
        } catch (IOException e) {
            System.err.println(e.getMessage());
            return EXIT_UNAVAILABLE;
        }
        started.accept(server);
        // The virtual machine waits for this thread, so a signal ends the process only when everybody was told.
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "relay-stop"));
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return CommandLine.ExitCode.OK;
    }
}
