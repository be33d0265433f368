package io.tandem.relay.testing;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The relay's own description, {@code openapi.json}, against which what it really answers is held. */
public final class OpenApiContract {
    private static final String DOCUMENT = "https://relay.example/openapi.json";
    private static final String PROBLEM = "urn:tandem:problem:";
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "options", "head", "patch");

    private final String text;
    private final JsonNode root;
    private final SchemaRegistry schemas;

    private OpenApiContract(String text) {
        this.text = text;
        this.root = new ObjectMapper().readTree(text);
        this.schemas =
                SchemaRegistry.withDialect(Dialects.getOpenApi31(), builder -> builder.schemas(Map.of(DOCUMENT, text)));
    }

    /** The one that the relay serves. */
    public static OpenApiContract ofTheRelay() {
        try (InputStream resource = OpenApiContract.class.getResourceAsStream("/openapi.json")) {
            return new OpenApiContract(
                    new String(Objects.requireNonNull(resource).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The document as it is. */
    public String text() {
        return text;
    }

    /** Every operation, as "GET /v1/sessions/{session}". */
    public Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        root.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(member -> METHODS.contains(member.getKey()))
                        .forEach(member ->
                                operations.add(member.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return operations;
    }

    /** The problems that an operation may answer with, each with its status, without the part of their names that all share. */
    public Map<String, Integer> problems(String operation) {
        Map<String, Integer> problems = new LinkedHashMap<>();
        responses(operation).properties().forEach(response -> {
            JsonNode types = resolved(response.getValue())
                    .at("/content/application~1problem+json/schema/allOf/1/properties/type/enum");
            types.forEach(type ->
                    problems.put(type.stringValue().substring(PROBLEM.length()), Integer.parseInt(response.getKey())));
        });
        return problems;
    }

    /** All problems that there are. */
    public Set<String> problems() {
        Set<String> problems = new TreeSet<>();
        root.at("/components/schemas/Problem/properties/type/enum").forEach(type -> problems.add(type.stringValue()));
        return problems;
    }

    /** What is wrong with an answer by what the document says of it; nothing where all is well. */
    public List<String> faults(
            String method, String path, int status, Map<String, String> headers, String contentType, String body) {
        String operation = operation(method.equals("HEAD") ? "GET" : method, path);
        String type = contentType.split(";", 2)[0];
        if (operation == null || (status == 405 && type.contains("problem"))) {
            return schemaFaults("/components/schemas/Problem", body);
        }
        JsonNode response = resolved(responses(operation).path(Integer.toString(status)));
        if (response.isMissingNode()) {
            return List.of(operation + " is not said to answer " + status + ": " + body);
        }
        List<String> faults = new ArrayList<>();
        response.path("headers").propertyNames().forEach(name -> {
            boolean isRequired =
                    response.path("headers").path(name).path("required").asBoolean(true);
            if (isRequired && !headers.containsKey(name.toLowerCase(Locale.ROOT))) {
                faults.add("without the header " + name);
            }
        });
        JsonNode contents = response.path("content");
        if (contents.isMissingNode()) {
            if (!body.isEmpty()) {
                faults.add("a body where none is said to be: " + body);
            }
        } else if (!contents.has(type)) {
            faults.add(operation + " is not said to answer " + status + " with " + type);
        } else if (!method.equals("HEAD")) {
            JsonNode reference =
                    responses(operation).path(Integer.toString(status)).path("$ref");
            String at = reference.isMissingNode()
                    ? "/paths/" + escaped(operation.split(" ", 2)[1]) + "/"
                            + operation.split(" ", 2)[0].toLowerCase(Locale.ROOT) + "/responses/" + status
                    : reference.stringValue().substring(1);
            String json = type.endsWith("json") ? body : new ObjectMapper().writeValueAsString(body);
            faults.addAll(schemaFaults(at + "/content/" + escaped(type) + "/schema", json));
        }
        return faults;
    }

    /** What is wrong with this JSON by the schema of this name. */
    public List<String> schemaFaultsOf(String schema, String json) {
        return schemaFaults("/components/schemas/" + schema, json);
    }

    private List<String> schemaFaults(String pointer, String json) {
        return schemas
                .getSchema("{\"$ref\":\"" + DOCUMENT + "#" + pointer + "\"}", InputFormat.JSON)
                .validate(json, InputFormat.JSON)
                .stream()
                .map(Error::toString)
                .map(fault -> fault + " in " + json)
                .toList();
    }

    private JsonNode responses(String operation) {
        String[] parts = operation.split(" ", 2);
        return root.get("paths")
                .get(parts[1])
                .get(parts[0].toLowerCase(Locale.ROOT))
                .get("responses");
    }

    private JsonNode resolved(JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isMissingNode()
                ? node
                : root.at(reference.stringValue().substring(1));
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D");
    }

    /** The operation of a request, or null where none is described: the path without its query. */
    private @Nullable String operation(String method, String path) {
        String asked = path.split("\\?", 2)[0];
        return operations().stream()
                .filter(operation -> operation.startsWith(method + " "))
                .filter(operation -> Pattern.matches(
                        operation.substring(method.length() + 1).replaceAll("\\{[^}]*}", "[^/]*"), asked))
                .findFirst()
                .orElse(null);
    }
}
