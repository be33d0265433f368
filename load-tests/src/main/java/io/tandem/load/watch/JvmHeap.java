package io.tandem.load.watch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Another JVM's heap, as {@code jcmd} tells it. A call takes a tenth of a second of a processor and more: none belongs into what is timed. */
public final class JvmHeap {
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");

    /** The lines of {@code GC.heap_info} that tell of a heap, or a generation of one, by each of the JVM's collectors; not those of classes. */
    private static final Pattern USED =
            Pattern.compile("(?:heap|generation|PSYoungGen|ParOldGen|ZHeap)\\b.*?used (\\d+)([KMG])");

    private JvmHeap() {}

    /** What is alive, in bytes: counted after a full collection, which stops that JVM for a moment. */
    public static long liveBytes(long pid) {
        return ask(pid, "GC.class_histogram").stream()
                .map(TOTAL::matcher)
                .filter(Matcher::lookingAt)
                .map(total -> Long.parseLong(total.group(1)))
                .reduce((earlier, last) -> last)
                .orElseThrow(() -> new IllegalStateException("jcmd does not count the heap of " + pid));
    }

    /** What is used, in bytes: alive, or not collected yet. Collects nothing. */
    public static long usedBytes(long pid) {
        return usedBytes(ask(pid, "GC.heap_info"));
    }

    static long usedBytes(List<String> heapInfo) {
        List<Long> parts = heapInfo.stream()
                .map(USED::matcher)
                .filter(Matcher::find)
                .map(used -> ByteUnits.bytes(used.group(1), used.group(2)))
                .toList();
        if (parts.isEmpty()) {
            throw new IllegalStateException("jcmd does not tell how much of the heap is used: " + heapInfo);
        }
        return parts.stream().mapToLong(Long::longValue).sum();
    }

    private static List<String> ask(long pid, String what) {
        try {
            Process process = new ProcessBuilder("jcmd", Long.toString(pid), what)
                    .redirectErrorStream(true)
                    .start();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                return lines.lines().toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("jcmd cannot be started", e);
        }
    }
}
