package io.tandem.load.report;

import io.tandem.load.peer.JsonMembers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Two outcomes, as their JSON tells them, figure beside figure. */
public final class Comparison {
    /** A figure: where it stands in the JSON, and what it is called. */
    private record Figure(String words, List<String> path) {}

    private static final List<Figure> FIGURES = List.of(
            new Figure("frames/s", List.of("framesPerSecond")),
            new Figure("bit/s", List.of("bitsPerSecond")),
            new Figure("opened in p99, us", List.of("pairing", "p99")),
            new Figure("end to end p50, us", List.of("endToEnd", "p50")),
            new Figure("end to end p99, us", List.of("endToEnd", "p99")),
            new Figure("end to end p99.9, us", List.of("endToEnd", "p999")),
            new Figure("consumers' pointers p99, us", List.of("pointers", "p99")),
            new Figure("through the relay p50, us", List.of("throughRelay", "p50")),
            new Figure("through the relay p99, us", List.of("throughRelay", "p99")),
            new Figure("verdicts p99, us", List.of("verdicts", "p99")),
            new Figure("own lateness p99, us", List.of("lateness", "p99")),
            new Figure("relay's cores", List.of("relay", "cores")),
            new Figure("relay's CPU s per million", List.of("relay", "cpuSecondsPerMillionFrames")),
            new Figure("relay's resident bytes", List.of("relay", "residentBytes")),
            new Figure("relay's live heap, bytes", List.of("relay", "heapLiveBytes")),
            new Figure("relay's GC pauses, ms", List.of("relay", "gcPauses", "totalMillis")),
            new Figure("relay's longest GC pause, ms", List.of("relay", "gcPauses", "longestMillis")),
            new Figure("consumer up, median kbit/s", List.of("consumerKbps", "upMedian")),
            new Figure("consumer down, median kbit/s", List.of("consumerKbps", "downMedian")));

    private Comparison() {}

    /**
     * A table in Markdown, with the second's share of the first.
     *
     * @throws IllegalArgumentException if one is no report, or of a later format
     */
    public static String of(String first, String second) {
        JsonMembers a = read(first);
        JsonMembers b = read(second);
        StringBuilder text = new StringBuilder("| | A | B | B / A |\n|-|-|-|-|\n");
        text.append(String.format(
                Locale.ROOT,
                "| sound | %s | %s | |%n",
                a.members().get("sound"),
                b.members().get("sound")));
        for (Figure figure : FIGURES) {
            @Nullable Double left = value(a, figure);
            @Nullable Double right = value(b, figure);
            if (left != null && right != null) {
                text.append(String.format(
                        Locale.ROOT, "| %s | %,.1f | %,.1f | %s |%n", figure.words(), left, right, ratio(left, right)));
            }
        }
        return text.toString();
    }

    private static String ratio(double left, double right) {
        return left == 0 ? "" : String.format(Locale.ROOT, "%.2f", right / left);
    }

    private static JsonMembers read(String text) {
        JsonMembers report = JsonMembers.parse(text);
        Object version = report.members().get("version");
        if (!(version instanceof Long number)) {
            throw new IllegalArgumentException("this is no load report: it names no version");
        }
        if (number > ReportJson.VERSION) {
            throw new IllegalArgumentException(
                    "a report of format " + number + "; allowed are up to " + ReportJson.VERSION);
        }
        return report;
    }

    private static @Nullable Double value(JsonMembers report, Figure figure) {
        @Nullable Object at = report.members();
        for (String name : figure.path()) {
            at = at instanceof Map<?, ?> members ? members.get(name) : null;
        }
        return at instanceof Number number ? number.doubleValue() : null;
    }
}
