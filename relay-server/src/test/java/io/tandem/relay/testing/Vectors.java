package io.tandem.relay.testing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the vectors that Java and TypeScript both replay. */
public final class Vectors {
    private static final Path FOLDER = Path.of("..", "protocol", "vectors");

    private Vectors() {}

    /** A file of vectors as the lists, maps, strings, numbers, booleans and nulls that its JSON holds. */
    public static @Nullable Object read(String file) {
        try (JsonParser json = new JsonFactory().createParser(Files.newBufferedReader(FOLDER.resolve(file)))) {
            json.nextToken();
            return value(json);
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    /** A file whose JSON is a list of objects, or an object whose {@code rows} are. */
    public static List<Vector> rows(String file) {
        Object whole = read(file);
        if (!((whole instanceof Map<?, ?> members ? members.get("rows") : whole) instanceof List<?> list)) {
            throw new IllegalStateException(file + " holds no list");
        }
        List<Vector> rows = new ArrayList<>();
        for (Object row : list) {
            if (!(row instanceof Map<?, ?> values)) {
                throw new IllegalStateException(file + " holds a row that is not an object: " + row);
            }
            rows.add(new Vector(values));
        }
        return rows;
    }

    private static @Nullable Object value(JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        return switch (token) {
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(json));
                }
                yield list;
            }
            case START_OBJECT -> {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    json.nextToken();
                    members.put(name, value(json));
                }
                yield members;
            }
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    /** One row; asking for a member that is not there, or of another type, fails with its name. */
    public record Vector(Map<?, ?> members) {
        /** Whether the row has the member, and not as null. */
        public boolean has(String name) {
            return members.get(name) != null;
        }

        /** A string member. */
        public String text(String name) {
            return member(name, String.class);
        }

        /** An integer member. */
        public long number(String name) {
            return member(name, Long.class);
        }

        /** A boolean member, false where it is missing. */
        public boolean flag(String name) {
            return has(name) && member(name, Boolean.class);
        }

        /** Any member as it was read. */
        public <T> T member(String name, Class<T> type) {
            Object value = members.get(name);
            if (!type.isInstance(value)) {
                throw new IllegalStateException(
                        name + " is " + value + ", not a " + type.getSimpleName() + ": " + this);
            }
            return type.cast(value);
        }

        @Override
        public String toString() {
            return has("name") ? text("name") : members.toString();
        }
    }
}
