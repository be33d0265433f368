package io.tandem.load.cli;

import io.tandem.load.fleet.Worker;
import io.tandem.load.scenario.RelayProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A generator at another's service. */
@Command(
        name = "worker",
        description =
                "Waits for run --workers, which gives it its share of a load; serves one after the other until it is stopped.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class WorkerCommand implements Callable<Integer> {
    @Option(names = "--listen", required = true, paramLabel = "PORT", description = "0 for any that is free")
    int port;

    @Option(names = "--bind", description = "the address that it listens on", paramLabel = "ADDRESS")
    String bind = "127.0.0.1";

    @Option(
            names = "--secret-file",
            required = true,
            paramLabel = "FILE",
            description = "what run --workers has to know")
    Path secretFile = Path.of("secret");

    @Option(
            names = "--agent-secret-file",
            paramLabel = "FILE",
            description = "what the brand's agents' tokens are signed with, where the relay is not started by run")
    @Nullable
    Path agentSecretFile;

    @Override
    public Integer call() throws IOException, InterruptedException {
        String agentSecret = agentSecretFile == null ? RelayProcess.SECRET : LoadMain.secret(agentSecretFile);
        try (Worker worker = Worker.listen(
                new InetSocketAddress(bind, port), LoadMain.secret(secretFile), agentSecret, LoadMain::note)) {
            System.out.println("listens on " + bind + ":" + worker.port());
            worker.serve();
        }
        return 0;
    }
}
