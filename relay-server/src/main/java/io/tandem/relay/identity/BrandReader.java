package io.tandem.relay.identity;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads one brand of the configuration, and names every fault of it at once.
 *
 * <p>Its properties, below {@code tandem.brands.KEY.}: {@code name} (default: the key), {@code origins} (required),
 * {@code desk-origins}, {@code frame-origins}, {@code resource-origins} (lists, by commas), {@code resources} (a {@link ResourcePolicy}), {@code sessions},
 * and how its agents' tokens are signed ({@link TokenRulesReader}).
 */
public final class BrandReader {
    /** Where the brands stand in the configuration. */
    public static final String PREFIX = "tandem.brands.";

    private static final Pattern KEY = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?");
    private static final int MAX_NAME_LENGTH = 80;

    private static final int MAX_SESSIONS = 1_000_000;

    private final String key;
    private final BrandProperties properties;

    private BrandReader(String key, BrandProperties properties) {
        this.key = key;
        this.properties = properties;
    }

    /**
     * The brand of this key, or null after its faults were told.
     *
     * @param property gives the value of a property by its full name
     * @param fault hears of each fault: the property's full name, what came and what is allowed
     */
    public static @Nullable Brand read(
            String key, Function<String, Optional<String>> property, Consumer<String> fault) {
        return new BrandReader(key, new BrandProperties(key, property, fault)).read();
    }

    private @Nullable Brand read() {
        if (!KEY.matcher(key).matches()) {
            properties.faultAt(
                    "", "the key '" + key + "'; allowed are 1 to 32 lower case letters, digits and inner hyphens");
        }
        String name = properties.value("name").orElse(key);
        if (name.length() > MAX_NAME_LENGTH) {
            properties.faultAt("name", name.length() + " characters; allowed are " + MAX_NAME_LENGTH);
        }
        List<String> origins = origins("origins");
        if (origins.isEmpty()) {
            properties.faultAt("origins", "missing; required is at least one origin, as in https://shop.example");
        }
        List<String> deskOrigins = origins("desk-origins");
        List<String> frameOrigins = origins("frame-origins");
        List<String> resourceOrigins = origins("resource-origins");
        ResourcePolicy resources = resources();
        TokenRules tokens = new TokenRulesReader(properties).read();
        int sessions = (int) properties.number("sessions", Brand.ANY_NUMBER, 1, MAX_SESSIONS);
        return properties.isFaulty() || tokens == null
                ? null
                : new Brand(
                        key,
                        name,
                        Set.copyOf(origins),
                        Set.copyOf(deskOrigins),
                        Set.copyOf(frameOrigins),
                        resourceOrigins,
                        resources,
                        tokens,
                        sessions);
    }

    private ResourcePolicy resources() {
        String name = properties.value("resources").orElse(ResourcePolicy.USUAL.wireName());
        return ResourcePolicy.ofWireName(name).orElseGet(() -> {
            properties.faultAt("resources", "'" + name + "'; allowed are " + ResourcePolicy.names());
            return ResourcePolicy.NONE;
        });
    }

    private List<String> origins(String name) {
        List<String> origins = new ArrayList<>();
        for (String part : properties.value(name).orElse("").split(",", -1)) {
            String origin = part.strip();
            if (origin.isEmpty() || origins.contains(origin)) {
                continue;
            }
            if (isOrigin(origin)) {
                origins.add(origin);
            } else {
                properties.faultAt(
                        name,
                        "'" + origin + "'; allowed is scheme://host or scheme://host:port, http or https,"
                                + " in lower case, without a path, a default port or a wildcard");
            }
        }
        return origins;
    }

    /** Whether a browser would send exactly this text as {@code Origin}, so that an exact match can ever succeed. */
    private static boolean isOrigin(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            String host = uri.getHost();
            if (host == null || !("https".equals(scheme) || "http".equals(scheme))) {
                return false;
            }
            boolean defaultPort = uri.getPort() == ("https".equals(scheme) ? 443 : 80);
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            return !defaultPort && text.equals(scheme + "://" + host.toLowerCase(Locale.ROOT) + port);
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
