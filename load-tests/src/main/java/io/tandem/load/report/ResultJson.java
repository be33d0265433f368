package io.tandem.load.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tandem.load.engine.Fault;
import io.tandem.load.run.Comeback;
import io.tandem.load.run.IdleCrowd;
import io.tandem.load.run.MemoryGrowth;
import io.tandem.load.run.Overload;
import io.tandem.load.run.Percentiles;
import io.tandem.load.run.Trend;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** What came of an idle crowd, an overload, a comeback or a long run, as JSON: verdict first. Times are in microseconds, sizes in bytes. */
public final class ResultJson {
    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private ResultJson() {}

    /** What idle sessions cost. */
    public static String of(IdleCrowd.Cost cost) {
        return object(cost.isSound(), json -> {
            strings(json, "broken", cost.broken());
            json.writeNumberField("pairs", cost.pairs());
            json.writeNumberField("channels", cost.channels());
            json.writeNumberField("residentBytes", cost.residentBytes());
            json.writeNumberField("residentBytesPerChannel", cost.residentPerChannel());
            json.writeNumberField("liveHeapBytes", cost.liveHeapBytes());
            json.writeNumberField("liveHeapBytesPerChannel", cost.liveHeapPerChannel());
            json.writeNumberField("answered", cost.answered());
            faults(json, cost.faults(), cost.faultLines());
        });
    }

    /** How a full relay met those who came besides. */
    public static String of(Overload.Result result) {
        return object(result.isSound(), json -> {
            strings(json, "broken", result.broken());
            json.writeNumberField("capacity", result.capacity());
            json.writeNumberField("live", result.live());
            json.writeNumberField("newcomers", result.newcomers());
            json.writeNumberField("turnedAway", result.turnedAway());
            json.writeNumberField("answeredOtherwise", result.otherwise());
            json.writeNumberField("letIn", result.letIn());
            latency(json, "before", result.before());
            latency(json, "meanwhile", result.meanwhile());
            latency(json, "after", result.after());
            json.writeNumberField("left", result.left());
            percentiles(json, "recovery", result.recovery());
            faults(json, result.faults(), result.faultLines());
        });
    }

    private static void latency(JsonGenerator json, String name, Overload.Latency latency) throws IOException {
        percentiles(json, name, latency.endToEnd());
        percentiles(json, name + "ThroughRelay", latency.throughRelay());
    }

    /** How a crowd came back. */
    public static String of(Comeback comeback) {
        return object(comeback.isSound(), json -> {
            json.writeNumberField("pairs", comeback.pairs());
            json.writeNumberField("back", comeback.back());
            percentiles(json, "welcomed", comeback.welcomed());
            percentiles(json, "fresh", comeback.fresh());
            json.writeNumberField("connections", comeback.connections());
            percentiles(json, "before", comeback.before());
            percentiles(json, "meanwhile", comeback.meanwhile());
            percentiles(json, "after", comeback.after());
            json.writeNumberField("expired", comeback.expired());
            faults(json, comeback.faults(), comeback.faultLines());
        });
    }

    /** Whether memory stayed flat, as a part of a run's report. */
    static void growth(JsonGenerator json, MemoryGrowth growth) throws IOException {
        json.writeObjectFieldStart("memory");
        json.writeStringField("verdict", growth.verdict().words());
        json.writeNumberField("mostMebibytesPerHour", growth.mostMebibytesPerHour());
        trend(json, "resident", growth.resident());
        trend(json, "heapLeft", growth.heapLeft());
        json.writeEndObject();
    }

    private static void trend(JsonGenerator json, String name, Trend trend) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("points", trend.points());
        // Of too few points nothing is known, and JSON has no such number.
        if (Double.isFinite(trend.mebibytesPerHour()) && Double.isFinite(trend.spread())) {
            json.writeNumberField("mebibytesPerHour", trend.mebibytesPerHour());
            json.writeNumberField("spread", trend.spread());
        }
        json.writeEndObject();
    }

    private static String object(boolean isSound, Fields fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("version", ReportJson.VERSION);
            json.writeBooleanField("sound", isSound);
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    static void percentiles(JsonGenerator json, String name, Percentiles values) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("count", values.count());
        json.writeNumberField("p50", values.p50());
        json.writeNumberField("p90", values.p90());
        json.writeNumberField("p99", values.p99());
        json.writeNumberField("p999", values.p999());
        json.writeNumberField("most", values.most());
        json.writeEndObject();
    }

    static void faults(JsonGenerator json, Map<Fault, Long> faults, List<String> lines) throws IOException {
        json.writeObjectFieldStart("faults");
        for (Map.Entry<Fault, Long> each : faults.entrySet()) {
            json.writeNumberField(each.getKey().words(), each.getValue());
        }
        json.writeEndObject();
        strings(json, "faultLines", lines);
    }

    private static void strings(JsonGenerator json, String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
