package io.tandem.load.rival;

import io.tandem.load.run.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What several rounds over several relays gave: medians with their spread, and ratios to the product round by round. */
public final class RivalTable {
    private final Map<Double, Map<String, List<Outcome>>> byRate = new LinkedHashMap<>();

    /** One round of one relay at one rate. */
    public void add(double framesPerSecond, String relay, Outcome outcome) {
        byRate.computeIfAbsent(framesPerSecond, rate -> new LinkedHashMap<>())
                .computeIfAbsent(relay, name -> new ArrayList<>())
                .add(outcome);
    }

    /**
     * The table, in Markdown.
     *
     * @param product the relay that the others are compared with
     */
    public String markdown(String product) {
        StringBuilder text = new StringBuilder();
        byRate.forEach((rate, relays) -> {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%.0f frames/s offered%n%n| relay | CPU s per million frames | %s / it | frames/s | p50 us | p99 us | faults |%n"
                            + "|-|-|-|-|-|-|-|%n",
                    rate,
                    product));
            relays.forEach((name, rounds) -> text.append(line(name, rounds, relays.get(product))));
        });
        return text.toString();
    }

    private static String line(String name, List<Outcome> rounds, @Nullable List<Outcome> product) {
        long faults = rounds.stream()
                .flatMap(round -> round.faults().values().stream())
                .mapToLong(Long::longValue)
                .sum();
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %.0f | %s | %s | %d |%n",
                name,
                spread(values(rounds, RivalTable::cpu)),
                product == null ? "" : spread(ratios(product, rounds)),
                median(values(rounds, Outcome::framesPerSecond)),
                spread(values(rounds, round -> round.endToEnd().p50())),
                spread(values(rounds, round -> round.endToEnd().p99())),
                faults);
    }

    private static double cpu(Outcome outcome) {
        return outcome.relay().map(Outcome.RelayCost::cpuSecondsPerMillion).orElse(Double.NaN);
    }

    private static double[] values(List<Outcome> rounds, ToDoubleFunction<Outcome> figure) {
        return rounds.stream().mapToDouble(figure).toArray();
    }

    /** Of each round by itself: the machine of one round is not that of the next. */
    private static double[] ratios(List<Outcome> product, List<Outcome> rival) {
        double[] ratios = new double[Math.min(product.size(), rival.size())];
        Arrays.setAll(ratios, i -> cpu(product.get(i)) / cpu(rival.get(i)));
        return ratios;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static String spread(double[] values) {
        double least = Arrays.stream(values).min().orElse(Double.NaN);
        double most = Arrays.stream(values).max().orElse(Double.NaN);
        String format = most >= 100 ? "%.0f (%.0f-%.0f)" : "%.2f (%.2f-%.2f)";
        return String.format(Locale.ROOT, format, median(values), least, most);
    }
}
