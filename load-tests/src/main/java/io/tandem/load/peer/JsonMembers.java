package io.tandem.load.peer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a JSON object as strings, longs, booleans, lists and maps. */
public record JsonMembers(Map<String, @Nullable Object> members) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Reads an object, whose members it does not look into. */
    public static JsonMembers parse(String json) {
        try (JsonParser parser = FACTORY.createParser(json)) {
            parser.nextToken();
            return new JsonMembers(object(parser));
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }

    private static Map<String, @Nullable Object> object(JsonParser json) throws IOException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            members.put(name, value(json));
        }
        return members;
    }

    private static @Nullable Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> object(json);
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(json));
                }
                yield list;
            }
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> json.getText();
            default -> null;
        };
    }

    /** A string member. */
    public String text(String name) {
        return member(name, String.class);
    }

    /** An integer member. */
    public int number(String name) {
        return Math.toIntExact(member(name, Long.class));
    }

    /** A member of the named type; fails with all members where it is not there. */
    public <T> T member(String name, Class<T> type) {
        Object value = members.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalStateException("no " + type.getSimpleName() + " named " + name + " in " + members);
        }
        return type.cast(value);
    }

    /** Whether the member is there, and not null. */
    public boolean has(String name) {
        return members.get(name) != null;
    }
}
