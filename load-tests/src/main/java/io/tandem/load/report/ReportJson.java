package io.tandem.load.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tandem.load.run.Bandwidth;
import io.tandem.load.run.LoadPlan;
import io.tandem.load.run.MemoryGrowth;
import io.tandem.load.run.Outcome;
import io.tandem.load.run.Sample;
import io.tandem.load.workload.Recording;
import io.tandem.load.workload.Step.Sender;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Optional;

/** An outcome as JSON, for {@code compare} and for whatever keeps figures over time. Times are in microseconds, sizes in bytes. */
public final class ReportJson {
    /** Of the format; a reader refuses a higher one. */
    public static final int VERSION = 1;

    private static final double BITS_PER_BYTE = 8;
    private static final double BITS_PER_KILOBIT = 1_000;

    private ReportJson() {}

    /** The text, of one line. */
    public static String of(Outcome outcome) {
        return of(outcome, Optional.empty());
    }

    /** The same, of a long run with what became of the relay's memory, which is part of its verdict. */
    public static String of(Outcome outcome, Optional<MemoryGrowth> growth) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("version", VERSION);
            json.writeBooleanField(
                    "sound",
                    outcome.isSound() && growth.map(MemoryGrowth::isFlat).orElse(true));
            json.writeBooleanField("blurred", outcome.isBlurred());
            json.writeStringField("began", outcome.setting().began().toString());
            json.writeStringField("sessions", outcome.setting().sessions());
            json.writeNumberField("processors", outcome.setting().processors());
            plan(json, outcome.plan());
            json.writeNumberField("paired", outcome.paired());
            json.writeNumberField("seconds", outcome.seconds());
            json.writeNumberField("framesPerSecond", outcome.framesPerSecond());
            json.writeNumberField("bitsPerSecond", outcome.bitsPerSecond());
            json.writeNumberField("collapsedPointers", outcome.collapsed());
            json.writeNumberField("turnedAway", outcome.turnedAway());
            ResultJson.percentiles(json, "pairing", outcome.pairing());
            ResultJson.percentiles(json, "endToEnd", outcome.endToEnd());
            ResultJson.percentiles(json, "pointers", outcome.pointers());
            ResultJson.percentiles(json, "throughRelay", outcome.throughRelay());
            ResultJson.percentiles(json, "verdicts", outcome.verdicts());
            ResultJson.percentiles(json, "lateness", outcome.lateness());
            ResultJson.faults(
                    json, outcome.faults(), outcome.faultLines().lines().toList());
            bandwidth(json, outcome.bandwidth());
            if (outcome.relay().isPresent()) {
                Outcome.RelayCost cost = outcome.relay().get();
                json.writeObjectFieldStart("relay");
                json.writeNumberField("cores", cost.cpuShare());
                json.writeNumberField("cpuSecondsPerMillionFrames", cost.cpuSecondsPerMillion());
                json.writeNumberField("residentBytes", cost.residentBytes());
                json.writeNumberField("residentBytesPerSession", cost.residentBytes() / Math.max(1, outcome.paired()));
                if (cost.heap().isPresent()) {
                    heap(json, cost.heap().get(), outcome.paired());
                }
                json.writeEndObject();
            }
            if (growth.isPresent()) {
                ResultJson.growth(json, growth.get());
            }
            samples(json, outcome);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void bandwidth(JsonGenerator json, Bandwidth bandwidth) throws IOException {
        json.writeObjectFieldStart("consumerKbps");
        json.writeNumberField("upMedian", bandwidth.upMedian());
        json.writeNumberField("upMost", bandwidth.upMost());
        json.writeNumberField("downMedian", bandwidth.downMedian());
        json.writeNumberField("downMost", bandwidth.downMost());
        json.writeNumberField("upFloor", Bandwidth.FLOOR_KBPS);
        json.writeNumberField("upRecommended", Bandwidth.RECOMMENDED_KBPS);
        json.writeEndObject();
    }

    private static void heap(JsonGenerator json, Outcome.HeapCost heap, int sessions) throws IOException {
        json.writeNumberField("heapUsedBytes", heap.usedBytes());
        json.writeNumberField("heapLiveBytes", heap.liveBytes());
        json.writeNumberField("heapLiveBytesPerSession", heap.liveBytes() / Math.max(1, sessions));
        json.writeObjectFieldStart("gcPauses");
        json.writeNumberField("count", heap.pauses().count());
        json.writeNumberField("totalMillis", heap.pauses().totalMillis());
        json.writeNumberField("longestMillis", heap.pauses().longestMillis());
        json.writeEndObject();
    }

    private static void plan(JsonGenerator json, LoadPlan plan) throws IOException {
        json.writeObjectFieldStart("plan");
        json.writeNumberField("pairs", plan.pairs());
        json.writeNumberField("loops", plan.loops());
        json.writeBooleanField("spins", plan.spins());
        json.writeNumberField("warmUpSeconds", plan.warmUpSeconds());
        json.writeNumberField("seconds", plan.seconds());
        json.writeArrayFieldStart("recordings");
        for (Recording recording : plan.recordings()) {
            json.writeStartObject();
            json.writeStringField("name", recording.name());
            json.writeNumberField("framesPerSecond", recording.framesPerSecond());
            json.writeNumberField("tagKbps", kbps(recording, Sender.TAG));
            json.writeNumberField("agentKbps", kbps(recording, Sender.AGENT));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static double kbps(Recording recording, Sender sender) {
        return recording.bytesPerSecond(sender) * BITS_PER_BYTE / BITS_PER_KILOBIT;
    }

    private static void samples(JsonGenerator json, Outcome outcome) throws IOException {
        json.writeArrayFieldStart("samples");
        for (Sample sample : outcome.samples()) {
            json.writeStartObject();
            json.writeNumberField("at", sample.atSeconds());
            json.writeNumberField("framesPerSecond", sample.framesPerSecond());
            json.writeNumberField("p50", sample.endToEndP50());
            json.writeNumberField("p99", sample.endToEndP99());
            json.writeNumberField("lateness", sample.latenessP99());
            json.writeNumberField("cores", sample.relayCpuShare());
            json.writeNumberField("residentBytes", sample.relayResidentBytes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
