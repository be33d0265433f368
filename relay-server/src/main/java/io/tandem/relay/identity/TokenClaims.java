package io.tandem.relay.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Judges what a token says whose signature is right. */
final class TokenClaims {
    static final String NAME = "name";
    static final String ROLE = "role";

    /** How far a brand's clock may be from ours. */
    static final Duration SKEW = Duration.ofSeconds(60);

    private static final int MAX_ID_LENGTH = 128;
    private static final int MAX_NAME_LENGTH = 80;

    private final InstantSource clock;

    TokenClaims(InstantSource clock) {
        this.clock = clock;
    }

    static InvalidToken malformed() {
        return new InvalidToken("the token is malformed; required is a signed JWT");
    }

    AgentIdentity identity(Brand brand, JWTClaimsSet claims) throws InvalidToken {
        try {
            checkTimes(claims, brand.tokens().longest());
            Optional<String> issuer = brand.tokens().issuer();
            if (issuer.isPresent() && !issuer.get().equals(claims.getIssuer())) {
                throw new InvalidToken(
                        "the token is another issuer's; required is the iss that the brand's configuration names");
            }
            if (!claims.getAudience().contains(brand.tokens().audience())) {
                throw new InvalidToken("the token is not meant for this service; required is the aud that the brand's"
                        + " configuration names, by default \"" + TokenRules.AUDIENCE + "\"");
            }
            return identity(brand, claims.getSubject(), claims.getStringClaim(NAME), claims.getStringClaim(ROLE));
        } catch (ParseException e) {
            throw malformed();
        }
    }

    private void checkTimes(JWTClaimsSet claims, Duration longest) throws InvalidToken {
        Instant now = clock.instant();
        Instant expires = instant(claims.getExpirationTime());
        Instant issued = instant(claims.getIssueTime());
        Instant notBefore = instant(claims.getNotBeforeTime());
        if (expires == null) {
            throw new InvalidToken("the token never expires; required is exp");
        }
        if (!now.isBefore(expires.plus(SKEW))) {
            throw new InvalidToken("the token has expired");
        }
        if (notBefore != null && now.isBefore(notBefore.minus(SKEW))) {
            throw new InvalidToken("the token is not valid yet");
        }
        if (issued != null && now.isBefore(issued.minus(SKEW))) {
            throw new InvalidToken("the token was issued in the future; allowed is an iat that is past");
        }
        boolean isTooLong =
                issued == null ? expires.isAfter(now.plus(longest).plus(SKEW)) : expires.isAfter(issued.plus(longest));
        if (isTooLong) {
            throw new InvalidToken(
                    "the token is valid for too long; allowed are " + longest.toSeconds() + " s from iat to exp");
        }
    }

    private static @Nullable Instant instant(@Nullable Date date) {
        return date == null ? null : date.toInstant();
    }

    private static AgentIdentity identity(
            Brand brand, @Nullable String id, @Nullable String name, @Nullable String role) throws InvalidToken {
        if (id == null || id.isBlank() || id.length() > MAX_ID_LENGTH) {
            throw new InvalidToken(
                    "the token names no agent; required is sub of 1 to " + MAX_ID_LENGTH + " characters");
        }
        AgentRole known = role == null ? AgentRole.AGENT : AgentRole.ofWireName(role);
        if (known == null) {
            throw new InvalidToken(
                    "the token's role is unknown; allowed are " + String.join(", ", AgentRole.wireNames()));
        }
        String shown = name == null || name.isBlank() ? id : name.strip();
        return new AgentIdentity(
                brand, id, shown.length() <= MAX_NAME_LENGTH ? shown : shown.substring(0, MAX_NAME_LENGTH), known);
    }
}
