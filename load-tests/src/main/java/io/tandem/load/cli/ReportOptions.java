package io.tandem.load.cli;

import io.tandem.load.report.ReportJson;
import io.tandem.load.report.ReportPage;
import io.tandem.load.run.MemoryGrowth;
import io.tandem.load.run.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where an outcome is left. */
final class ReportOptions {
    @Option(names = "--json", paramLabel = "FILE", description = "where the figures go")
    @Nullable
    Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "where the report goes")
    @Nullable
    Path html;

    void write(Outcome outcome) throws IOException {
        write(outcome, Optional.empty());
    }

    /** The same with what became of the relay's memory. */
    void write(Outcome outcome, Optional<MemoryGrowth> growth) throws IOException {
        if (json != null) {
            Files.writeString(json, ReportJson.of(outcome, growth));
        }
        if (html != null) {
            Files.writeString(html, ReportPage.of(outcome, growth));
        }
    }
}
