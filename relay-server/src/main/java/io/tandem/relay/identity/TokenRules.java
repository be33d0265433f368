package io.tandem.relay.identity;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a brand's tokens must be to be believed.
 *
 * @param keys what they are verified with
 * @param algorithms how they may be signed: HS256 with a secret, RS256 and ES256 with a key set
 * @param issuer required as {@code iss}, exactly, where there is one
 * @param audience required among {@code aud}
 * @param longest how long a token may be valid, from {@code iat} to {@code exp}
 */
public record TokenRules(
        AgentKeys keys, Set<TokenAlgorithm> algorithms, Optional<String> issuer, String audience, Duration longest) {
    /** Whom a token must be meant for, unless the brand says otherwise. */
    public static final String AUDIENCE = "tandem";

    /** Longer than a shift, and shorter than a day. */
    public static final Duration LONGEST = Duration.ofHours(12);

    /** What a brand with a key set may sign with, unless it says otherwise. */
    public static final Set<TokenAlgorithm> BY_KEY_SET = Set.of(TokenAlgorithm.RS256, TokenAlgorithm.ES256);

    private static final Set<TokenAlgorithm> BY_SECRET = Set.of(TokenAlgorithm.HS256);

    /** Keeps what it is given, if a public key can never be taken for a secret. */
    public TokenRules {
        algorithms = Set.copyOf(algorithms);
        Set<TokenAlgorithm> fitting = keys instanceof AgentSecret ? BY_SECRET : BY_KEY_SET;
        if (algorithms.isEmpty() || !fitting.containsAll(algorithms)) {
            throw new IllegalArgumentException("algorithms " + algorithms + "; allowed are some of " + fitting);
        }
    }

    /** By a secret, without a particular issuer. */
    public static TokenRules of(AgentSecret secret) {
        return new TokenRules(secret, BY_SECRET, Optional.empty(), AUDIENCE, LONGEST);
    }
}
