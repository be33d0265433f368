package io.tandem.load.rival;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tandem.load.run.Outcome;
import io.tandem.load.run.Spread;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What several rounds over several relays gave: medians with their spread, and ratios to the product round by round. */
public final class RivalTable {
    /**
     * In what circumstances.
     *
     * @param servers what each relay has of the machine, in words
     * @param seconds that each round measures
     */
    public record Setting(Instant began, Transport transport, String servers, int seconds, int processors) {}

    /** Of the format; a reader refuses a higher one. */
    public static final int VERSION = 1;

    private static final String UNKNOWN = "-";

    private final Setting setting;
    private final Map<Load, Map<String, List<Outcome>>> byLoad = new LinkedHashMap<>();

    /** With nothing in it. */
    public RivalTable(Setting setting) {
        this.setting = setting;
    }

    /** One round of one relay at one load. The product comes first in each round. */
    public void add(Load load, String relay, Outcome outcome) {
        byLoad.computeIfAbsent(load, first -> new LinkedHashMap<>())
                .computeIfAbsent(relay, first -> new ArrayList<>())
                .add(outcome);
    }

    /** Whether nothing was wrong with the product, in any round. */
    public boolean isProductSound() {
        return byLoad.values().stream()
                .flatMap(relays -> relays.getOrDefault(Contestant.PRODUCT, List.of()).stream())
                .allMatch(Outcome::isSound);
    }

    /** Whether nothing was measured at all. */
    public boolean isEmpty() {
        return byLoad.isEmpty();
    }

    /** What is empty is not known of any of the rounds. */
    private record Row(
            String relay,
            Optional<Spread> cpu,
            Optional<Spread> ratio,
            Optional<Spread> frames,
            Optional<Spread> p50,
            Optional<Spread> p99,
            Optional<Spread> lateness,
            long faults) {}

    private static List<Row> rows(Map<String, List<Outcome>> relays) {
        List<Row> rows = new ArrayList<>();
        relays.forEach((relay, rounds) -> rows.add(new Row(
                relay,
                spread(rounds, RivalTable::cpu),
                ratios(relays.getOrDefault(Contestant.PRODUCT, rounds), rounds),
                spread(rounds, Outcome::framesPerSecond),
                spread(rounds, round -> round.endToEnd().p50()),
                spread(rounds, round -> round.endToEnd().p99()),
                spread(rounds, round -> round.lateness().p99()),
                rounds.stream()
                        .flatMap(round -> round.faults().values().stream())
                        .mapToLong(Long::longValue)
                        .sum())));
        return rows;
    }

    private static Optional<Spread> spread(List<Double> rounds) {
        return rounds.isEmpty() ? Optional.empty() : Optional.of(new Spread(rounds));
    }

    private static Optional<Spread> spread(List<Outcome> rounds, ToDoubleFunction<Outcome> figure) {
        return spread(rounds.stream()
                .filter(RivalTable::isWhole)
                .map(round -> figure.applyAsDouble(round))
                .toList());
    }

    /** A round in which the relay's process ended tells nothing but its faults. */
    private static boolean isWhole(Outcome outcome) {
        return outcome.relay().isPresent();
    }

    private static double cpu(Outcome outcome) {
        return outcome.relay().map(Outcome.RelayCost::cpuSecondsPerMillion).orElseThrow();
    }

    /** Of each round by itself: the machine of one round is not that of the next. */
    private static Optional<Spread> ratios(List<Outcome> product, List<Outcome> rival) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(product.size(), rival.size()); i++) {
            if (isWhole(product.get(i)) && isWhole(rival.get(i))) {
                ratios.add(cpu(product.get(i)) / Math.max(Double.MIN_NORMAL, cpu(rival.get(i))));
            }
        }
        return spread(ratios);
    }

    private static String words(Optional<Spread> spread) {
        return spread.map(Spread::toString).orElse(UNKNOWN);
    }

    /** The table, in Markdown. */
    public String markdown() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s; %s; medians of the rounds (least-most)%n",
                setting.transport().words(),
                setting.servers()));
        byLoad.forEach((load, relays) -> {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%s%n%n| relay | CPU s per million frames | %s / it | frames/s | p50 us | p99 us | faults |%n"
                            + "|-|-|-|-|-|-|-|%n",
                    load.words(),
                    Contestant.PRODUCT));
            for (Row row : rows(relays)) {
                text.append(String.format(
                        Locale.ROOT,
                        "| %s | %s | %s | %s | %s | %s | %d |%n",
                        row.relay,
                        words(row.cpu),
                        words(row.ratio),
                        row.frames
                                .map(frames -> String.format(Locale.ROOT, "%.0f", frames.median()))
                                .orElse(UNKNOWN),
                        words(row.p50),
                        words(row.p99),
                        row.faults));
            }
        });
        return text.toString();
    }

    /** All of it as JSON, of one line. Times are in microseconds. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("version", VERSION);
            json.writeStringField("kind", "rivals");
            json.writeStringField("product", Contestant.PRODUCT);
            json.writeStringField("began", setting.began().toString());
            json.writeStringField("transport", setting.transport().words());
            json.writeStringField("servers", setting.servers());
            json.writeNumberField("seconds", setting.seconds());
            json.writeNumberField("processors", setting.processors());
            json.writeArrayFieldStart("loads");
            for (Map.Entry<Load, Map<String, List<Outcome>>> each : byLoad.entrySet()) {
                json.writeStartObject();
                json.writeNumberField("pairs", each.getKey().pairs());
                json.writeNumberField("framesPerSecondOfPair", each.getKey().framesPerSecond());
                json.writeArrayFieldStart("relays");
                for (Row row : rows(each.getValue())) {
                    write(json, row);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, Row row) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", row.relay);
        write(json, "cpuSecondsPerMillionFrames", row.cpu);
        write(json, "ratio", row.ratio);
        write(json, "framesPerSecond", row.frames);
        write(json, "p50", row.p50);
        write(json, "p99", row.p99);
        write(json, "latenessP99", row.lateness);
        json.writeNumberField("faults", row.faults);
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, Optional<Spread> spread) throws IOException {
        if (spread.isPresent()) {
            spread.get().write(json, name);
        }
    }
}
