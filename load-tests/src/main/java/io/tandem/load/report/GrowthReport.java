package io.tandem.load.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tandem.load.run.Growth;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Locale;

/** A curve of growth in words, and as JSON for whatever computes a machine's size from it. Times are in microseconds, sizes in bytes. */
public final class GrowthReport {
    /**
     * In what circumstances.
     *
     * @param framesPerSecond that all recordings together send at each point; answers and acknowledgements come on top
     * @param pairs where it is not they that grow
     * @param seconds that each round measures
     */
    public record Setting(
            Instant began, Growth.Over over, double framesPerSecond, int pairs, int seconds, int processors) {}

    /** Of the format; a reader refuses a higher one. */
    public static final int VERSION = 1;

    private static final double PERCENT = 100;
    private static final double BYTES_PER_MEBIBYTE = 1 << 20;

    private GrowthReport() {}

    /** The text, of several lines. */
    public static String words(Setting setting, Growth growth) {
        StringBuilder text = new StringBuilder();
        boolean overPairs = setting.over() == Growth.Over.PAIRS;
        text.append(String.format(
                Locale.ROOT,
                "%s within %.0f %% of the first point; %.0f frames/s offered at each%s%n%n"
                        + "| %s | CPU s per million frames | to the first | frames/s | p99 us | resident MiB | faults |%n|-|-|-|-|-|-|-|%n",
                growth.isFlat() ? "FLAT" : "NOT FLAT",
                Growth.FLAT_WITHIN * PERCENT,
                setting.framesPerSecond(),
                overPairs ? "" : " by " + setting.pairs() + " pairs",
                setting.over().words()));
        for (Growth.Point point : growth.points()) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %.0f | %s | %s | %.0f | %s | %.0f | %d |%n",
                    point.x(),
                    point.cpu(),
                    point.toFirst(),
                    point.frames().median(),
                    point.p99(),
                    point.residentBytes().median() / BYTES_PER_MEBIBYTE,
                    point.faults()));
        }
        Growth.Fit fit = growth.fit();
        return text.append(String.format(
                        Locale.ROOT,
                        "%nCPU s per million frames = a + b x: a %s, b %.3g (%.3g to %.3g); points lie %.1f %% off the line%n",
                        fit.a(),
                        fit.b().median(),
                        fit.b().least(),
                        fit.b().most(),
                        fit.unexplained() * PERCENT))
                .toString();
    }

    /** The same as JSON, of one line, with each round's figures. */
    public static String json(Setting setting, Growth growth) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("version", VERSION);
            json.writeStringField("kind", "growth");
            json.writeStringField("began", setting.began().toString());
            json.writeStringField("over", setting.over().words());
            json.writeNumberField("framesPerSecondOffered", setting.framesPerSecond());
            if (setting.over() != Growth.Over.PAIRS) {
                json.writeNumberField("pairs", setting.pairs());
            }
            json.writeNumberField("seconds", setting.seconds());
            json.writeNumberField("processors", setting.processors());
            json.writeBooleanField("sound", growth.isSound());
            json.writeBooleanField("flat", growth.isFlat());
            json.writeNumberField("flatWithin", Growth.FLAT_WITHIN);
            json.writeArrayFieldStart("points");
            for (Growth.Point point : growth.points()) {
                json.writeStartObject();
                json.writeNumberField("x", point.x());
                point.cpu().write(json, "cpuSecondsPerMillionFrames");
                point.toFirst().write(json, "toFirst");
                point.frames().write(json, "framesPerSecond");
                point.p99().write(json, "p99");
                point.residentBytes().write(json, "residentBytes");
                json.writeNumberField("faults", point.faults());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeObjectFieldStart("fit");
            growth.fit().a().write(json, "a");
            growth.fit().b().write(json, "b");
            json.writeNumberField("unexplained", growth.fit().unexplained());
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
