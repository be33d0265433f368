package io.tandem.relay.identity;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a brand's tokens must be: exactly one of {@code agent-secret}, {@code agent-jwks-file} and {@code agent-jwks-url};
 * {@code agent-algorithms}, {@code agent-issuer}, {@code agent-audience}, {@code agent-token-millis}, {@code agent-jwks-refresh-millis}.
 */
final class TokenRulesReader {
    private static final long DAY_MILLIS = 24L * 60 * 60 * 1000;

    /** A set that is asked for more often is a load to who publishes it. */
    private static final long MIN_REFRESH_MILLIS = 10_000;

    private static final int MAX_TEXT_LENGTH = 512;
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final BrandProperties brand;

    TokenRulesReader(BrandProperties brand) {
        this.brand = brand;
    }

    /** The rules, or null after a fault of the keys was told. */
    @Nullable
    TokenRules read() {
        Optional<String> issuer = text("agent-issuer");
        String audience = text("agent-audience").orElse(TokenRules.AUDIENCE);
        long longest = brand.number("agent-token-millis", TokenRules.LONGEST.toMillis(), 1_000, DAY_MILLIS);
        long refresh = brand.number(
                "agent-jwks-refresh-millis", KeySetSource.OfUrl.REFRESH_MILLIS, MIN_REFRESH_MILLIS, DAY_MILLIS);
        AgentKeys keys = keys(refresh);
        Set<TokenAlgorithm> algorithms = algorithms(keys);
        return keys == null || algorithms.isEmpty()
                ? null
                : new TokenRules(keys, algorithms, issuer, audience, Duration.ofMillis(longest));
    }

    private @Nullable AgentKeys keys(long refreshMillis) {
        Optional<String> secret = brand.value("agent-secret");
        Optional<String> file = brand.value("agent-jwks-file");
        Optional<String> url = brand.value("agent-jwks-url");
        List<String> given = new ArrayList<>();
        secret.ifPresent(came -> given.add("agent-secret"));
        file.ifPresent(came -> given.add("agent-jwks-file"));
        url.ifPresent(came -> given.add("agent-jwks-url"));
        if (given.isEmpty()) {
            brand.faultAt(
                    "agent-secret",
                    "missing; required are " + AgentSecret.MIN_BYTES
                            + " bytes or more, or instead agent-jwks-file or agent-jwks-url");
            return null;
        }
        if (given.size() > 1) {
            brand.faultAt(given.get(1), "beside " + given.get(0) + "; allowed is one kind of keys for a brand");
            return null;
        }
        if (secret.isPresent()) {
            return secret(secret.get());
        }
        return file.isPresent() ? file(file.get()) : url(url.orElseThrow(), refreshMillis);
    }

    private @Nullable AgentSecret secret(String text) {
        try {
            return AgentSecret.of(text);
        } catch (IllegalArgumentException e) {
            brand.faultAt("agent-secret", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable AgentKeys file(String text) {
        try {
            Path file = Path.of(text);
            String wrong = KeySets.faultOf(file);
            if (wrong == null) {
                return new KeySetSource.OfFile(file);
            }
            brand.faultAt("agent-jwks-file", "'" + text + "': " + wrong);
        } catch (InvalidPathException e) {
            brand.faultAt("agent-jwks-file", "'" + text + "'; allowed is the path of a file");
        }
        return null;
    }

    private @Nullable AgentKeys url(String text, long refreshMillis) {
        try {
            URI url = new URI(text);
            String host = url.getHost();
            boolean isSafe = "https".equals(url.getScheme())
                    || ("http".equals(url.getScheme()) && host != null && LOOPBACK.contains(host));
            if (isSafe && host != null && url.getRawUserInfo() == null && url.getRawFragment() == null) {
                return new KeySetSource.OfUrl(url, refreshMillis);
            }
        } catch (URISyntaxException e) {
            // Told below, like an address that is not allowed.
        }
        // What came is not told: it may have a password in it.
        brand.faultAt(
                "agent-jwks-url",
                "not an address that keys are fetched from; allowed is https://host/path, or http:// of this machine,"
                        + " without a user's name");
        return null;
    }

    private Set<TokenAlgorithm> algorithms(@Nullable AgentKeys keys) {
        Set<TokenAlgorithm> fitting =
                keys instanceof KeySetSource ? TokenRules.BY_KEY_SET : EnumSet.of(TokenAlgorithm.HS256);
        Optional<String> given = brand.value("agent-algorithms");
        if (given.isEmpty() || keys == null) {
            return fitting;
        }
        Set<TokenAlgorithm> wanted = EnumSet.noneOf(TokenAlgorithm.class);
        for (String part : given.get().split(",", -1)) {
            Optional<TokenAlgorithm> known = fitting.stream()
                    .filter(algorithm -> algorithm.name().equals(part.strip()))
                    .findFirst();
            known.ifPresentOrElse(
                    wanted::add,
                    () -> brand.faultAt(
                            "agent-algorithms",
                            "'" + part.strip() + "'; allowed are "
                                    + (keys instanceof AgentSecret
                                            ? "HS256 with a secret"
                                            : "RS256 and ES256 with a key set")));
        }
        return wanted;
    }

    private Optional<String> text(String name) {
        Optional<String> came = brand.value(name);
        if (came.isPresent() && came.get().length() > MAX_TEXT_LENGTH) {
            brand.faultAt(name, came.get().length() + " characters; allowed are " + MAX_TEXT_LENGTH);
        }
        return came;
    }
}
