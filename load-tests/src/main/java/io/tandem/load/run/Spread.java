package io.tandem.load.run;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** What several rounds gave for one figure: its median, and how far they lie apart. At least one. */
public record Spread(List<Double> rounds) {
    private static final double WITHOUT_FRACTION = 100;

    /** Copies the rounds. */
    public Spread {
        rounds = List.copyOf(rounds);
        if (rounds.isEmpty()) {
            throw new IllegalArgumentException("a spread of no rounds");
        }
    }

    /** The middle one, or the mean of the two in the middle. */
    public double median() {
        List<Double> sorted = rounds.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The least of them. */
    public double least() {
        return rounds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /** The most of them. */
    public double most() {
        return rounds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** Writes it as a member of an object. */
    public void write(JsonGenerator json, String name) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("median", median());
        json.writeNumberField("least", least());
        json.writeNumberField("most", most());
        json.writeArrayFieldStart("rounds");
        for (double round : rounds) {
            json.writeNumber(round);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    @Override
    public String toString() {
        String format = most() >= WITHOUT_FRACTION ? "%.0f (%.0f-%.0f)" : "%.2f (%.2f-%.2f)";
        return String.format(Locale.ROOT, format, median(), least(), most());
    }
}
