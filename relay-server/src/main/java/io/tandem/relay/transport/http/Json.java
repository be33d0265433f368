package io.tandem.relay.transport.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON of the REST interface: small objects, written and read by streaming. */
final class Json {
    private static final int MAX_NESTING = 16;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Half of a surrogate pair, which a page's path or a name that was cut may hold, has an escape and no
            // UTF-8.
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
            .build();

    /** Writes the members of an object. */
    interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    private Json() {}

    static byte[] object(Members members) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array refused to be written to", e);
        }
        return out.toByteArray();
    }

    /** The text of one member of an object; whatever else the object says is skipped. */
    static String text(byte[] body, String member, List<String> allowed) throws Problem {
        String found = null;
        try (JsonParser json = FACTORY.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new Problem(ProblemType.BAD_BODY, "the body is not a JSON object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                boolean wanted = member.equals(json.currentName());
                JsonToken value = json.nextToken();
                if (wanted && value == JsonToken.VALUE_STRING) {
                    found = json.getText();
                }
                json.skipChildren();
            }
            if (json.nextToken() != null) {
                throw new Problem(ProblemType.BAD_BODY, "something follows the JSON object");
            }
        } catch (IOException e) {
            throw new Problem(ProblemType.BAD_BODY, "the body is not well-formed JSON");
        }
        return required(found, member, allowed);
    }

    private static String required(@Nullable String found, String member, List<String> allowed) throws Problem {
        if (found == null) {
            throw new Problem(ProblemType.BAD_BODY, member + " is missing or no text", allowed);
        }
        return found;
    }
}
