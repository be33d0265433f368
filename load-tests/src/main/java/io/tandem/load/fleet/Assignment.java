package io.tandem.load.fleet;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.run.LoadPlan;
import io.tandem.load.workload.Recording;
import io.tandem.load.workload.Step;
import io.tandem.relay.frame.FrameType;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A worker's share of a load. What the agents' tokens are signed with is none of it: a worker has been told at its start.
 *
 * @param host of the relay, as the worker is to reach it
 * @param linkKbit of each consumer's uplink; 0 for one without a bound
 */
public record Assignment(
        String host,
        int port,
        String brand,
        String origin,
        double webSocketShare,
        double viewOnlyShare,
        int linkKbit,
        LoadPlan plan) {

    /** One of so many shares: sessions, their numbers, and how fast they are opened, divided as evenly as they can be. */
    Assignment share(int index, int of) {
        int first = Math.toIntExact((long) plan.pairs() * index / of);
        int next = Math.toIntExact((long) plan.pairs() * (index + 1) / of);
        LoadPlan.Opening all = plan.opening();
        LoadPlan.Opening own = new LoadPlan.Opening(
                Math.max(1, all.perSecond() / of),
                Math.max(1, all.atOnce() / of),
                all.sourceAddresses(),
                all.firstNumber() + first);
        return new Assignment(
                host,
                port,
                brand,
                origin,
                webSocketShare,
                viewOnlyShare,
                linkKbit,
                new LoadPlan(
                        next - first,
                        plan.recordings(),
                        plan.loops(),
                        plan.spins(),
                        own,
                        plan.warmUpSeconds(),
                        plan.seconds()));
    }

    String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("host", host);
            json.writeNumberField("port", port);
            json.writeStringField("brand", brand);
            json.writeStringField("origin", origin);
            json.writeNumberField("webSocketShare", webSocketShare);
            json.writeNumberField("viewOnlyShare", viewOnlyShare);
            json.writeNumberField("linkKbit", linkKbit);
            json.writeNumberField("pairs", plan.pairs());
            json.writeNumberField("loops", plan.loops());
            json.writeBooleanField("spins", plan.spins());
            json.writeNumberField("warmUpSeconds", plan.warmUpSeconds());
            json.writeNumberField("seconds", plan.seconds());
            json.writeNumberField("perSecond", plan.opening().perSecond());
            json.writeNumberField("atOnce", plan.opening().atOnce());
            json.writeNumberField("sourceAddresses", plan.opening().sourceAddresses());
            json.writeNumberField("firstNumber", plan.opening().firstNumber());
            json.writeArrayFieldStart("recordings");
            for (Recording recording : plan.recordings()) {
                write(json, recording);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, Recording recording) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", recording.name());
        json.writeNumberField("lengthMicros", recording.lengthMicros());
        json.writeArrayFieldStart("steps");
        for (Step step : recording.steps()) {
            json.writeStartArray();
            json.writeNumber(step.atMicros());
            json.writeString(step.sender().name());
            json.writeNumber(step.type().code());
            json.writeNumber(step.payloadBytes());
            json.writeBoolean(step.more());
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    static Assignment read(JsonMembers json) {
        List<Recording> recordings = new ArrayList<>();
        for (Object each : json.member("recordings", List.class)) {
            recordings.add(recording((Map<?, ?>) Objects.requireNonNull(each)));
        }
        LoadPlan.Opening opening = new LoadPlan.Opening(
                json.number("perSecond"),
                json.number("atOnce"),
                json.number("sourceAddresses"),
                json.number("firstNumber"));
        return new Assignment(
                json.text("host"),
                json.number("port"),
                json.text("brand"),
                json.text("origin"),
                json.member("webSocketShare", Number.class).doubleValue(),
                json.member("viewOnlyShare", Number.class).doubleValue(),
                json.number("linkKbit"),
                new LoadPlan(
                        json.number("pairs"),
                        recordings,
                        json.number("loops"),
                        json.member("spins", Boolean.class),
                        opening,
                        json.number("warmUpSeconds"),
                        json.number("seconds")));
    }

    private static Recording recording(Map<?, ?> json) {
        List<Step> steps = new ArrayList<>();
        for (Object each : (List<?>) Objects.requireNonNull(json.get("steps"))) {
            List<?> step = (List<?>) Objects.requireNonNull(each);
            steps.add(new Step(
                    number(step.get(0)),
                    Step.Sender.valueOf(String.valueOf(step.get(1))),
                    Objects.requireNonNull(FrameType.ofCode((int) number(step.get(2)))),
                    (int) number(step.get(3)),
                    Boolean.TRUE.equals(step.get(4))));
        }
        return new Recording(
                String.valueOf(json.get("name")), steps, number(Objects.requireNonNull(json.get("lengthMicros"))));
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }
}
