package io.tandem.relay.transport.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which endpoint answers which path and method. A segment {@code *} of a template takes anything and becomes one of the call's parts. */
final class Routes {
    private static final String ANY = "*";

    private record Route(List<String> template, Map<HttpMethod, Endpoint> endpoints) {}

    private final List<Route> routes = new ArrayList<>();

    /** Adds an endpoint; a GET answers HEAD as well. */
    Routes add(HttpMethod method, String template, Endpoint endpoint) {
        List<String> segments = segments(template);
        Route route = routes.stream()
                .filter(known -> known.template().equals(segments))
                .findFirst()
                .orElseGet(() -> {
                    Route fresh = new Route(segments, new LinkedHashMap<>());
                    routes.add(fresh);
                    return fresh;
                });
        route.endpoints().put(method, endpoint);
        if (method.equals(HttpMethod.GET)) {
            route.endpoints().put(HttpMethod.HEAD, endpoint);
        }
        return this;
    }

    /** Every route as its method and template, in the order of their adding; HEAD is a GET's. */
    List<String> described() {
        return routes.stream()
                .flatMap(route -> route.endpoints().keySet().stream()
                        .filter(method -> !method.equals(HttpMethod.HEAD))
                        .map(method -> method + " " + String.join("/", route.template())))
                .toList();
    }

    /** An endpoint that was found, and what its path left open. */
    record Match(Endpoint endpoint, List<String> parts) {}

    /** The endpoint of a path and method, or null where no route has the path. */
    @Nullable
    Match find(HttpMethod method, String path) throws Problem {
        List<String> segments = segments(path);
        for (Route route : routes) {
            List<String> parts = match(route.template(), segments);
            if (parts != null) {
                return new Match(endpoint(route, method, path), parts);
            }
        }
        return null;
    }

    /** The methods of a path, none where no route has it. */
    List<String> methods(String path) {
        List<String> segments = segments(path);
        return routes.stream()
                .filter(route -> match(route.template(), segments) != null)
                .findFirst()
                .map(Routes::names)
                .orElse(List.of());
    }

    private static Endpoint endpoint(Route route, HttpMethod method, String path) throws Problem {
        Endpoint endpoint = route.endpoints().get(method);
        if (endpoint == null) {
            throw new Problem(ProblemType.METHOD_NOT_ALLOWED, method + " " + path, names(route));
        }
        return endpoint;
    }

    private static List<String> names(Route route) {
        return route.endpoints().keySet().stream().map(HttpMethod::name).toList();
    }

    private static List<String> segments(String path) {
        return List.of(path.split("/", -1));
    }

    private static @Nullable List<String> match(List<String> template, List<String> segments) {
        if (template.size() != segments.size()) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            if (template.get(i).equals(ANY)) {
                parts.add(segments.get(i));
            } else if (!template.get(i).equals(segments.get(i))) {
                return null;
            }
        }
        return parts;
    }
}
