package io.tandem.load.cli;

import io.tandem.load.run.Meeting;
import io.tandem.load.run.TandemMeeting;
import io.tandem.load.scenario.RelayProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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
        int with(Meeting meeting, OptionalLong pid) throws IOException, InterruptedException;
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

    /** What is done with a relay by others. */
    interface ElsewhereTask {
        /** The exit code; the process's id is there where it is one of this machine. */
        int with(TandemMeeting.Parts parts, OptionalLong pid) throws IOException, InterruptedException;
    }

    /** Has the task done with the relay that was named, or with one that is started for it. */
    int run(Task task) throws IOException, InterruptedException {
        if (relay != null) {
            return run(address(relay), secret(), OptionalLong.empty(), task);
        }
        try (RelayProcess started = start()) {
            return run(started.address(), RelayProcess.SECRET, OptionalLong.of(started.pid()), task);
        }
    }

    /** The same for a task that does not speak to the relay itself. */
    int runElsewhere(ElsewhereTask task) throws IOException, InterruptedException {
        if (relay != null) {
            return task.with(parts(address(relay), ""), OptionalLong.empty());
        }
        try (RelayProcess started = start()) {
            return task.with(parts(started.address(), ""), OptionalLong.of(started.pid()));
        }
    }

    /** Of {@code HOST:PORT}. */
    static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("an address is HOST:PORT, not " + text);
        }
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    private RelayProcess start() {
        List<String> by = relayCpus == null ? List.of() : List.of("taskset", "-c", relayCpus);
        return RelayProcess.start(by, jar, relayJvm, relaySettings);
    }

    private TandemMeeting.Parts parts(InetSocketAddress address, String secret) {
        return new TandemMeeting.Parts(address, brand, origin, secret, webSocket, viewOnly);
    }

    private int run(InetSocketAddress address, String secret, OptionalLong pid, Task task)
            throws IOException, InterruptedException {
        try (TandemMeeting meeting = new TandemMeeting(parts(address, secret))) {
            return task.with(meeting, pid);
        }
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
