package io.tandem.relay.transport.http;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client bundles, which brands load from everywhere, and in the demo the pages of explainer, shop and desk. */
final class StaticFiles {
    private static final Logger LOG = LoggerFactory.getLogger(StaticFiles.class);
    private static final String INDEX = "index.html";
    private static final String HOME_POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'";

    /**
     * The desk runs no script but its own. The mirror's iframe inherits this policy and adds a stricter one of its own; what a
     * mirrored page shows must therefore be allowed here.
     */
    private static final String DESK_POLICY = "default-src 'none'; script-src 'self'; style-src * 'unsafe-inline'; "
            + "img-src * data: blob:; font-src * data: blob:; media-src * data: blob:; connect-src 'self'; "
            + "frame-src 'self' about:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

    private static final Map<String, String> DEMO_FOLDERS =
            Map.of("/", "demo/home/", "/demo/", "demo/shop/", "/agent/", "demo/desk/");
    private static final Map<String, String> DEMO_POLICIES = Map.of("/", HOME_POLICY, "/agent/", DESK_POLICY);

    /**
     * Pages load the bundles again from what the browser has: a session that goes from page to page while its path is broken must not wait for
     * the relay to say that nothing changed. A release reaches every page within this time.
     */
    private static final String BUNDLE_CACHING = "public, max-age=300";

    /** A file and the headers that its place gives it. */
    private record Place(StaticFile file, Map<String, String> headers) {}

    private final Map<String, Place> places = new LinkedHashMap<>();

    /** Serves these files of the client's build; its demo only if asked to. */
    StaticFiles(Map<String, StaticFile> client, boolean demo) {
        Map<String, String> everywhere = Map.of(
                "access-control-allow-origin", "*",
                "cross-origin-resource-policy", "cross-origin",
                "cache-control", BUNDLE_CACHING);
        client.forEach((name, file) -> {
            if (!name.contains("/")) {
                places.put("/" + name, new Place(file, everywhere));
            }
        });
        if (demo) {
            DEMO_FOLDERS.forEach((path, folder) -> addFolder(client, path, folder));
        }
        if (places.isEmpty()) {
            LOG.warn("the client bundles are not on the classpath; tags and viewers will not load from here");
        }
    }

    private void addFolder(Map<String, StaticFile> client, String path, String folder) {
        String policy = DEMO_POLICIES.get(path);
        client.forEach((name, file) -> {
            if (name.startsWith(folder)) {
                String below = name.substring(folder.length());
                boolean page = below.endsWith(".html");
                Place place =
                        new Place(file, policy == null || !page ? Map.of() : Map.of("content-security-policy", policy));
                places.put(path + below, place);
                if (below.equals(INDEX) || below.endsWith("/" + INDEX)) {
                    places.put(path + below.substring(0, below.length() - INDEX.length()), place);
                }
            }
        });
    }

    /** The file at a path, the way to it where only a slash is missing, or null. */
    @Nullable
    Answer find(Call call) {
        Place place = places.get(call.path());
        if (place == null) {
            return places.containsKey(call.path() + "/") ? Answer.redirect(call.path() + "/") : null;
        }
        Answer answer = place.file().answer(call);
        for (Map.Entry<String, String> header : place.headers().entrySet()) {
            answer = answer.with(header.getKey(), header.getValue());
        }
        return answer;
    }
}
