package io.tandem.load.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a result's figures are left. */
final class ResultOptions {
    @Option(names = "--json", paramLabel = "FILE", description = "where the figures go")
    @Nullable
    Path json;

    void write(String result) throws IOException {
        if (json != null) {
            Files.writeString(json, result);
        }
    }
}
