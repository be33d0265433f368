package io.tandem.load.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is alive on another JVM's heap, as {@code jcmd} counts it after a full collection. Stops that JVM for a moment. */
final class LiveHeap {
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");

    private LiveHeap() {}

    /** In bytes. */
    static long bytes(long pid) {
        try {
            Process process = new ProcessBuilder("jcmd", Long.toString(pid), "GC.class_histogram")
                    .redirectErrorStream(true)
                    .start();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                return lines.lines()
                        .map(TOTAL::matcher)
                        .filter(Matcher::lookingAt)
                        .map(total -> Long.parseLong(total.group(1)))
                        .reduce((earlier, last) -> last)
                        .orElseThrow(() -> new IllegalStateException("jcmd does not count the heap of " + pid));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("jcmd cannot be started", e);
        }
    }
}
