package io.tandem.relay.session;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.Role;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the payloads of control frames: one JSON object each, whose unknown members are skipped. Whatever is wrong with one is a
 * {@link FrameViolation} with 4400 that names the member and what is allowed.
 */
final class ControlPayload {
    /** Deeper than anything the protocol says, shallow enough to skip for anybody who sends it. */
    private static final int MAX_NESTING = 64;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxStringLength(FrameHeader.MAX_CONTROL_PAYLOAD_BYTES)
                    .maxNameLength(FrameHeader.MAX_CONTROL_PAYLOAD_BYTES)
                    .build())
            .build();

    /** Reads the value of a member that it knows, or leaves it alone. */
    private interface Members {
        void read(String name, JsonParser json) throws IOException, FrameViolation;
    }

    private final FrameType type;

    private ControlPayload(FrameType type) {
        this.type = type;
    }

    /** INVITATION_ANSWER. */
    record Answer(String invitation, boolean accept) {}

    static Hello hello(ByteBuf payload) throws FrameViolation {
        return new HelloReader().read(payload);
    }

    static Answer answer(ByteBuf payload) throws FrameViolation {
        ControlPayload reader = new ControlPayload(FrameType.INVITATION_ANSWER);
        @Nullable String[] invitation = new @Nullable String[1];
        @Nullable Boolean[] accept = new @Nullable Boolean[1];
        reader.object(payload, (name, json) -> {
            switch (name) {
                case "invitation" -> invitation[0] = reader.text(name, json);
                case "accept" -> accept[0] = reader.flag(name, json);
                default -> {}
            }
        });
        return new Answer(reader.required("invitation", invitation[0]), reader.required("accept", accept[0]));
    }

    static Mode mode(ByteBuf payload) throws FrameViolation {
        ControlPayload reader = new ControlPayload(FrameType.SET_MODE);
        @Nullable String[] mode = new @Nullable String[1];
        reader.object(payload, (name, json) -> {
            if (name.equals("mode")) {
                mode[0] = reader.text(name, json);
            }
        });
        String named = reader.required("mode", mode[0]);
        Mode known = Mode.ofWireName(named);
        if (known == null) {
            throw reader.malformed("mode is unknown; allowed are view-only and shared");
        }
        return known;
    }

    static boolean paused(ByteBuf payload) throws FrameViolation {
        ControlPayload reader = new ControlPayload(FrameType.PAUSE);
        @Nullable Boolean[] paused = new @Nullable Boolean[1];
        reader.object(payload, (name, json) -> {
            if (name.equals("paused")) {
                paused[0] = reader.flag(name, json);
            }
        });
        return reader.required("paused", paused[0]);
    }

    static AskedFor asked(ByteBuf payload) throws FrameViolation {
        ControlPayload reader = new ControlPayload(FrameType.ASK);
        @Nullable String[] want = new @Nullable String[1];
        reader.object(payload, (name, json) -> {
            if (name.equals("want")) {
                want[0] = reader.text(name, json);
            }
        });
        AskedFor known = AskedFor.ofWireName(reader.required("want", want[0]));
        if (known == null) {
            throw reader.malformed("want is unknown; allowed are nothing, agent and code");
        }
        return known;
    }

    static void end(ByteBuf payload) throws FrameViolation {
        new ControlPayload(FrameType.END).object(payload, (name, json) -> {});
    }

    private void object(ByteBuf payload, Members members) throws FrameViolation {
        try (JsonParser json = JSON.createParser(ByteBufUtil.getBytes(payload))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw malformed("the payload is not a JSON object");
            }
            readMembers(json, members);
            if (json.nextToken() != null) {
                throw malformed("something follows the JSON object");
            }
        } catch (IOException e) {
            throw malformed("the payload is not well-formed JSON of bounded depth, each member once");
        }
    }

    private static void readMembers(JsonParser json, Members members) throws IOException, FrameViolation {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            members.read(name, json);
            if (json.currentToken().isStructStart()) {
                json.skipChildren();
            }
        }
    }

    private @Nullable String text(String name, JsonParser json) throws IOException, FrameViolation {
        return switch (json.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_STRING -> json.getText();
            default -> throw malformed(name + " is not text");
        };
    }

    private boolean flag(String name, JsonParser json) throws FrameViolation {
        return switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw malformed(name + " is neither true nor false");
        };
    }

    private long wholeNumber(String name, JsonParser json) throws IOException, FrameViolation {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || json.getLongValue() < 0) {
            throw malformed(name + " is not a whole number of 0 or more");
        }
        return json.getLongValue();
    }

    private <T> T required(String name, @Nullable T value) throws FrameViolation {
        if (value == null) {
            throw malformed(name + " is missing");
        }
        return value;
    }

    private FrameViolation malformed(String what) {
        return new FrameViolation(CloseCode.MALFORMED, type + ": " + what);
    }

    /** Gathers the members of HELLO, in whatever order they come. */
    private static final class HelloReader {
        private final ControlPayload reader = new ControlPayload(FrameType.HELLO);
        private int lowest;
        private int highest;
        private @Nullable String role;
        private @Nullable String client;
        private @Nullable String brand;
        private @Nullable String grant;
        private @Nullable String resume;
        private @Nullable Boolean lz4;
        private boolean continues;
        private @Nullable Long attempt;
        private long mark;
        private Hello.@Nullable Page page;

        Hello read(ByteBuf payload) throws FrameViolation {
            reader.object(payload, this::member);
            if (lowest == 0) {
                throw reader.malformed("protocol is missing");
            }
            Role known = Role.ofWireName(reader.required("role", role));
            if (known == null) {
                throw reader.malformed("role is unknown; allowed are consumer, agent and observer");
            }
            if (reader.required("client", client).length() > SessionLimits.CLIENT_LENGTH) {
                throw reader.malformed("client is over " + SessionLimits.CLIENT_LENGTH + " characters");
            }
            if (known == Role.CONSUMER) {
                reader.required("brand", brand);
            } else if (resume == null) {
                reader.required("grant", grant);
            }
            return new Hello(
                    lowest,
                    highest,
                    known,
                    reader.required("client", client),
                    brand,
                    grant,
                    resume,
                    reader.required("lz4", lz4),
                    continues,
                    attempt,
                    mark,
                    page);
        }

        private void member(String name, JsonParser json) throws IOException, FrameViolation {
            switch (name) {
                case "protocol" -> protocol(json);
                case "role" -> role = reader.text(name, json);
                case "client" -> client = reader.text(name, json);
                case "brand" -> brand = reader.text(name, json);
                case "grant" -> grant = reader.text(name, json);
                case "resume" -> resume = reader.text(name, json);
                case "lz4" -> lz4 = reader.flag(name, json);
                case "continues" -> continues = reader.flag(name, json);
                case "attempt" -> attempt = reader.wholeNumber(name, json);
                case "mark" -> mark = reader.wholeNumber(name, json);
                case "page" -> page = json.currentToken() == JsonToken.VALUE_NULL ? null : page(json);
                default -> {}
            }
        }

        private void protocol(JsonParser json) throws IOException, FrameViolation {
            boolean pair = json.currentToken() == JsonToken.START_ARRAY
                    && json.nextToken() == JsonToken.VALUE_NUMBER_INT
                    && (lowest = json.getIntValue()) > 0
                    && json.nextToken() == JsonToken.VALUE_NUMBER_INT
                    && (highest = json.getIntValue()) >= lowest
                    && json.nextToken() == JsonToken.END_ARRAY;
            if (!pair) {
                throw reader.malformed("protocol is not [lowest, highest]");
            }
        }

        private Hello.Page page(JsonParser json) throws IOException, FrameViolation {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw reader.malformed("page is not an object");
            }
            @Nullable String[] origin = new @Nullable String[1];
            @Nullable String[] path = new @Nullable String[1];
            readMembers(json, (name, value) -> {
                switch (name) {
                    case "origin" -> origin[0] = reader.text("page.origin", value);
                    case "path" -> path[0] = reader.text("page.path", value);
                    default -> {}
                }
            });
            return new Hello.Page(reader.required("page.origin", origin[0]), reader.required("page.path", path[0]));
        }
    }
}
