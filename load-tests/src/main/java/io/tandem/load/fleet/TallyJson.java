package io.tandem.load.fleet;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tandem.load.engine.Fault;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.run.LinkRates;
import io.tandem.load.run.Sample;
import io.tandem.load.run.Tally;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** A tally on its way from a worker: histograms compressed by their own library, in base 64. */
final class TallyJson {
    private TallyJson() {}

    static String of(Tally tally) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("is", "tally");
            json.writeNumberField("paired", tally.paired());
            json.writeNumberField("seconds", tally.seconds());
            json.writeNumberField("framesPerSecond", tally.framesPerSecond());
            json.writeNumberField("bitsPerSecond", tally.bitsPerSecond());
            json.writeNumberField("collapsed", tally.collapsed());
            json.writeNumberField("turnedAway", tally.turnedAway());
            json.writeObjectFieldStart("faults");
            for (Map.Entry<Fault, Long> each : tally.faults().entrySet()) {
                json.writeNumberField(each.getKey().name(), each.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("faultLines");
            for (String line : tally.faultLines()) {
                json.writeString(line);
            }
            json.writeEndArray();
            json.writeStringField("pairing", text(tally.times().pairing()));
            json.writeStringField("endToEnd", text(tally.times().endToEnd()));
            json.writeStringField("pointers", text(tally.times().pointers()));
            json.writeStringField("throughRelay", text(tally.times().throughRelay()));
            json.writeStringField("verdicts", text(tally.times().verdicts()));
            json.writeStringField("lateness", text(tally.times().lateness()));
            json.writeStringField("upLinks", text(tally.links().up()));
            json.writeStringField("downLinks", text(tally.links().down()));
            json.writeArrayFieldStart("samples");
            for (Sample sample : tally.samples()) {
                json.writeStartArray();
                json.writeNumber(sample.atSeconds());
                json.writeNumber(sample.framesPerSecond());
                json.writeNumber(sample.endToEndP50());
                json.writeNumber(sample.endToEndP99());
                json.writeNumber(sample.latenessP99());
                json.writeNumber(sample.faults());
                json.writeEndArray();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static String text(Histogram histogram) {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    static Tally read(JsonMembers json) {
        Map<Fault, Long> faults = new EnumMap<>(Fault.class);
        for (Map.Entry<?, ?> each : ((Map<?, ?>) json.member("faults", Map.class)).entrySet()) {
            faults.put(Fault.valueOf(String.valueOf(each.getKey())), ((Number) each.getValue()).longValue());
        }
        List<String> lines = new ArrayList<>();
        for (Object line : json.member("faultLines", List.class)) {
            lines.add(String.valueOf(line));
        }
        List<Sample> samples = new ArrayList<>();
        for (Object sample : json.member("samples", List.class)) {
            samples.add(sample((List<?>) Objects.requireNonNull(sample)));
        }
        return new Tally(
                json.number("paired"),
                number(json, "seconds"),
                number(json, "framesPerSecond"),
                number(json, "bitsPerSecond"),
                json.number("collapsed"),
                json.number("turnedAway"),
                faults,
                lines,
                new Tally.Times(
                        time(json, "pairing"),
                        time(json, "endToEnd"),
                        time(json, "pointers"),
                        time(json, "throughRelay"),
                        time(json, "verdicts"),
                        time(json, "lateness")),
                links(json),
                samples);
    }

    /** Without what only the relay's own machine knows. */
    private static Sample sample(List<?> figures) {
        double[] values = figures.stream()
                .mapToDouble(figure -> ((Number) figure).doubleValue())
                .toArray();
        return new Sample(values[0], values[1], values[2], values[3], values[4], -1, -1, (long) values[5]);
    }

    private static double number(JsonMembers json, String name) {
        return json.member(name, Number.class).doubleValue();
    }

    private static Histogram time(JsonMembers json, String name) {
        Histogram own = new Histogram(LoadLoop.HIGHEST_NANOS, LoadLoop.DIGITS);
        add(json, name, own);
        return own;
    }

    private static LinkRates links(JsonMembers json) {
        LinkRates own = LinkRates.none();
        add(json, "upLinks", own.up());
        add(json, "downLinks", own.down());
        return own;
    }

    private static void add(JsonMembers json, String name, Histogram to) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(json.text(name)));
            to.add(Histogram.decodeFromCompressedByteBuffer(bytes, to.getHighestTrackableValue()));
        } catch (DataFormatException e) {
            throw new IllegalArgumentException(name + " is no histogram", e);
        }
    }
}
