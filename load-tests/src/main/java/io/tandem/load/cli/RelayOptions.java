package io.tandem.load.cli;

import io.tandem.load.run.Meeting;
import io.tandem.load.run.TandemMeeting;
import io.tandem.load.scenario.RelayProcess;
import io.tandem.load.watch.RelaySight;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which relay, and on what its sessions ride. */
final class RelayOptions {
    /** What is done with a relay that runs. */
    interface Task {
        /** The exit code; the process's id is there where it is one of this machine. */
        int with(Meeting meeting, Optional<RelaySight> sight) throws IOException, InterruptedException;
    }

    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec command;

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

    @Option(
            names = "--link-kbit",
            description = "of each consumer's uplink, which the generator paces; 0 for no bound",
            paramLabel = "KBIT/S")
    int linkKbit;

    /** What is to be done with the relay itself, and with sessions of the task's own. */
    interface RelayTask {
        /** Answers with the exit code; there is no process where the relay was named. */
        int with(TandemMeeting.Parts parts, Optional<RelayProcess> relay) throws IOException, InterruptedException;
    }

    /** Has the task done with the relay that was named, or with one that is started for it. */
    int run(Task task) throws IOException, InterruptedException {
        return runWith((parts, process) -> {
            try (TandemMeeting meeting = new TandemMeeting(parts, ways())) {
                return task.with(meeting, process.map(RelayProcess::sight));
            }
        });
    }

    /** The same, for what does more with the relay than to meet there. */
    int runWith(RelayTask task) throws IOException, InterruptedException {
        if (relay != null) {
            return task.with(parts(address(relay), secret()), Optional.empty());
        }
        List<String> by = relayCpus == null ? List.of() : List.of("taskset", "-c", relayCpus);
        try (RelayProcess started = RelayProcess.start(by, jar, relayJvm, relaySettings)) {
            return task.with(parts(started.address(), RelayProcess.SECRET), Optional.of(started));
        }
    }

    /** The same, for what does not speak to the relay itself: it needs no secret for one that was named. */
    int runElsewhere(RelayTask task) throws IOException, InterruptedException {
        return relay == null ? runWith(task) : task.with(parts(address(relay), ""), Optional.empty());
    }

    /** How the sessions go about it. */
    TandemMeeting.Ways ways() {
        return new TandemMeeting.Ways(false, true, linkKbit);
    }

    /** Of {@code HOST:PORT}. */
    static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("an address is HOST:PORT, not " + text);
        }
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    private TandemMeeting.Parts parts(InetSocketAddress address, String secret) {
        return new TandemMeeting.Parts(address, brand, origin, secret, webSocket, viewOnly);
    }

    private String secret() throws IOException {
        if (secretFile == null) {
            throw new CommandLine.ParameterException(commandLine(), "--relay needs --agent-secret-file beside it");
        }
        return LoadMain.secret(secretFile);
    }

    private CommandLine commandLine() {
        if (command == null) {
            throw new IllegalStateException("these options belong to no command");
        }
        return command.commandLine();
    }
}
