package io.tandem.load.cli;

import io.tandem.load.run.Meeting;
import io.tandem.load.run.TandemMeeting;
import io.tandem.load.scenario.RelayProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
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

    /** Has the task done with the relay that was named, or with one that is started for it. */
    int run(Task task) throws IOException, InterruptedException {
        if (relay != null) {
            int colon = relay.lastIndexOf(':');
            InetSocketAddress address =
                    new InetSocketAddress(relay.substring(0, colon), Integer.parseInt(relay.substring(colon + 1)));
            return run(address, secret(), OptionalLong.empty(), task);
        }
        List<String> by = relayCpus == null ? List.of() : List.of("taskset", "-c", relayCpus);
        try (RelayProcess started = RelayProcess.start(by, jar, relayJvm, relaySettings)) {
            return run(started.address(), RelayProcess.SECRET, OptionalLong.of(started.pid()), task);
        }
    }

    private int run(InetSocketAddress address, String secret, OptionalLong pid, Task task)
            throws IOException, InterruptedException {
        TandemMeeting.Parts parts = new TandemMeeting.Parts(address, brand, origin, secret, webSocket, viewOnly);
        try (TandemMeeting meeting = new TandemMeeting(parts)) {
            return task.with(meeting, pid);
        }
    }

    private String secret() throws IOException {
        if (secretFile == null) {
            throw new CommandLine.ParameterException(commandLine(), "--relay needs --agent-secret-file beside it");
        }
        return Files.readString(secretFile).strip();
    }

    private CommandLine commandLine() {
        if (command == null) {
            throw new IllegalStateException("these options belong to no command");
        }
        return command.commandLine();
    }
}
