package io.tandem.load.cli;

import io.tandem.load.report.ResultJson;
import io.tandem.load.report.Words;
import io.tandem.load.run.Overload;
import io.tandem.load.run.TandemMeeting;
import io.tandem.load.scenario.RelayProcess;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Three times what a relay takes. */
@Command(
        name = "overload",
        description =
                "Fills a relay that takes --pairs sessions, has twice as many more come, and lets some go. Exits with 1 where"
                        + " those who were there lost their pace or a frame, the others were not told when to come again, or new sessions"
                        + " were not taken soon. With --relay, one whose tandem.session.per-node is --pairs.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class OverloadCommand implements Callable<Integer> {
    @Mixin
    RelayOptions relay = new RelayOptions();

    @Mixin
    LoadOptions load = new LoadOptions();

    @Mixin
    ResultOptions results = new ResultOptions();

    @Option(
            names = "--p99-times",
            description = "of the live sessions' 99th percentile before, that it may have meanwhile and afterwards",
            paramLabel = "X")
    double p99Times = 2;

    @Option(
            names = "--compiling",
            paramLabel = "SECONDS",
            description =
                    "have the others come and be turned away for so long before the first phase: until then the relay's"
                            + " virtual machine compiles how, on the processor that is measured")
    int compilingSeconds;

    @Option(names = "--recover-within", description = "seconds after sessions ended", paramLabel = "S")
    double recoverSeconds = 10;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Map<String, String> settings = new HashMap<>(relay.relaySettings);
        settings.put("tandem.session.per-node", Integer.toString(load.pairs));
        relay.relaySettings = settings;
        return relay.runWith(this::overload);
    }

    private int overload(TandemMeeting.Parts parts, Optional<RelayProcess> process)
            throws IOException, InterruptedException {
        try (TandemMeeting meeting = new TandemMeeting(parts, new TandemMeeting.Ways(false, false, relay.linkKbit))) {
            Overload overload = new Overload(
                    load.plan(relay.linkKbit),
                    meeting,
                    () -> process.map(RelayProcess::isAlive).orElse(true),
                    compilingSeconds,
                    new Overload.Bounds(p99Times, recoverSeconds),
                    LoadMain::note);
            Overload.Result result = overload.run();
            System.out.print(Words.of(result));
            results.write(ResultJson.of(result));
            return result.isSound() ? 0 : LoadMain.EXIT_FAULTS;
        }
    }
}
