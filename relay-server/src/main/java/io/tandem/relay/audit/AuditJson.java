package io.tandem.relay.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.tandem.relay.session.AuditEvent;
import io.tandem.relay.session.AuditKind;
import io.tandem.relay.session.AuditRefusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The schema of an audit event, as docs/AUDIT.md describes it. One object, no line end, ASCII alone. */
public final class AuditJson {
    /** Grows when a member changes its meaning or goes; new members and new types come without. */
    static final int VERSION = 1;

    private static final String REFUSALS = "refusals.counted";

    /** RFC 3339 in UTC, always with three digits of a second. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** Escapes all but ASCII: an agent's id that holds half of a surrogate pair has no UTF-8, and no line of the file holds a line end that some reader sees. */
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private AuditJson() {}

    /** The values that {@code type} may have. */
    public static List<String> types() {
        return Stream.concat(Arrays.stream(AuditKind.values()).map(AuditKind::wireName), Stream.of(REFUSALS))
                .toList();
    }

    private interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    static byte[] event(String id, Instant time, String node, AuditEvent event) {
        return object(id, time, event.kind().wireName(), node, event.brand(), json -> {
            json.writeStringField("session", event.session());
            json.writeNumberField("sequence", event.sequence());
            AuditEvent.Actor actor = event.actor();
            json.writeObjectFieldStart("actor");
            json.writeStringField("role", actor == null ? "relay" : actor.role().wireName());
            if (actor != null) {
                writeWho(json, actor);
            }
            json.writeEndObject();
            writeDetail(json, event.detail());
        });
    }

    private static void writeDetail(JsonGenerator json, AuditEvent.Detail detail) throws IOException {
        if (detail instanceof AuditEvent.Invited invited) {
            json.writeObjectFieldStart("invitation");
            json.writeStringField("id", invited.id());
            json.writeStringField("mode", invited.mode().wireName());
            writeWho(json, invited.agent());
            json.writeEndObject();
            if (invited.origin() != null) {
                json.writeStringField("origin", invited.origin());
            }
        } else if (detail instanceof AuditEvent.Moded moded) {
            json.writeStringField("mode", moded.mode().wireName());
            json.writeStringField("modeBefore", moded.before().wireName());
        } else if (detail instanceof AuditEvent.Ended ended) {
            json.writeStringField("reason", ended.reason().wireName());
            json.writeNumberField("liveMillis", ended.liveMillis());
            if (ended.omitted() > 0) {
                json.writeNumberField("omitted", ended.omitted());
            }
        }
    }

    private static void writeWho(JsonGenerator json, AuditEvent.Actor who) throws IOException {
        json.writeNumberField("participant", who.participant());
        if (who.agent() != null) {
            json.writeStringField("agent", who.agent());
        }
    }

    static byte[] refusals(
            String id,
            Instant time,
            String node,
            @Nullable String brand,
            AuditRefusal why,
            long count,
            long overMillis) {
        return object(id, time, REFUSALS, node, brand, json -> {
            json.writeStringField("refusal", why.wireName());
            json.writeNumberField("count", count);
            json.writeNumberField("overMillis", overMillis);
        });
    }

    private static byte[] object(
            String id, Instant time, String type, String node, @Nullable String brand, Members members) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("version", VERSION);
            json.writeStringField("id", id);
            json.writeStringField("time", TIME.format(time));
            json.writeStringField("type", type);
            json.writeStringField("node", node);
            if (brand != null) {
                json.writeStringField("brand", brand);
            }
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array refused to be written to", e);
        }
        return out.toByteArray();
    }
}
