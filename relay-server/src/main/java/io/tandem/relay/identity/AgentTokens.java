package io.tandem.relay.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the tokens that brands give their agents: JWT by HS256 with the brand's secret; claims {@code brand}, {@code sub} (the
 * agent's id), {@code name}, {@code aud} "tandem", {@code exp}. No other algorithm is looked at, whatever the header asks for.
 */
public final class AgentTokens {
    /** Whom a token must be meant for. */
    public static final String AUDIENCE = "tandem";

    /** How far a brand's clock may be from ours. */
    static final Duration SKEW = Duration.ofSeconds(60);

    /** Longer than any token that carries these claims, and short enough to parse for anybody who sends one. */
    private static final int MAX_TOKEN_LENGTH = 4096;

    private static final int MAX_ID_LENGTH = 128;
    private static final int MAX_NAME_LENGTH = 80;
    private static final String BRAND_CLAIM = "brand";
    private static final String NAME_CLAIM = "name";

    private final Brands brands;
    private final InstantSource clock;
    private final Map<String, MACVerifier> verifiers;

    /** Verifies for these brands by this clock. */
    public AgentTokens(Brands brands, InstantSource clock) {
        this.brands = brands;
        this.clock = clock;
        this.verifiers =
                brands.all().stream().collect(Collectors.toUnmodifiableMap(Brand::key, AgentTokens::verifierOf));
    }

    private static MACVerifier verifierOf(Brand brand) {
        try {
            return new MACVerifier(brand.agentSecret().bytes());
        } catch (JOSEException e) {
            throw new IllegalArgumentException("the agent secret of brand " + brand.key() + " does not fit HS256", e);
        }
    }

    /**
     * Who bears this token.
     *
     * @throws InvalidToken if it says nothing that can be trusted
     */
    public AgentIdentity verify(String token) throws InvalidToken {
        if (token.length() > MAX_TOKEN_LENGTH) {
            throw new InvalidToken("a token of " + token.length() + " characters; allowed are " + MAX_TOKEN_LENGTH);
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            if (!JWSAlgorithm.HS256.equals(jwt.getHeader().getAlgorithm())) {
                throw new InvalidToken("the token's algorithm is not allowed; allowed is HS256");
            }
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            Brand brand = signedBy(jwt, claims.getStringClaim(BRAND_CLAIM));
            checkTimes(claims);
            if (!claims.getAudience().contains(AUDIENCE)) {
                throw new InvalidToken("the token is not meant for this service; required is aud \"tandem\"");
            }
            return identity(brand, claims.getSubject(), claims.getStringClaim(NAME_CLAIM));
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            throw new InvalidToken("the token is malformed; required is a JWT signed with HS256");
        }
    }

    /** An unknown brand and a wrong signature get the same answer: which brands there are is nobody's business. */
    private Brand signedBy(SignedJWT jwt, @Nullable String key) throws InvalidToken, JOSEException {
        Brand brand = key == null ? null : brands.find(key);
        MACVerifier verifier = key == null ? null : verifiers.get(key);
        if (brand == null || verifier == null || !jwt.verify(verifier)) {
            throw new InvalidToken("the token is not signed by a brand of this service");
        }
        return brand;
    }

    private void checkTimes(JWTClaimsSet claims) throws InvalidToken {
        Instant now = clock.instant();
        Date expires = claims.getExpirationTime();
        if (expires == null) {
            throw new InvalidToken("the token never expires; required is exp");
        }
        if (!now.isBefore(expires.toInstant().plus(SKEW))) {
            throw new InvalidToken("the token has expired");
        }
        Date notBefore = claims.getNotBeforeTime();
        if (notBefore != null && now.isBefore(notBefore.toInstant().minus(SKEW))) {
            throw new InvalidToken("the token is not valid yet");
        }
    }

    private static AgentIdentity identity(Brand brand, @Nullable String id, @Nullable String name) throws InvalidToken {
        if (id == null || id.isBlank() || id.length() > MAX_ID_LENGTH) {
            throw new InvalidToken(
                    "the token names no agent; required is sub of 1 to " + MAX_ID_LENGTH + " characters");
        }
        String shown = name == null || name.isBlank() ? id : name.strip();
        return new AgentIdentity(
                brand, id, shown.length() <= MAX_NAME_LENGTH ? shown : shown.substring(0, MAX_NAME_LENGTH));
    }

    /** Signs a token for an agent of a brand, as a brand's own desk would: for the demo and for tests. */
    public String issue(AgentIdentity agent, Duration lifetime) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .subject(agent.id())
                .claim(NAME_CLAIM, agent.name())
                .claim(BRAND_CLAIM, agent.brand().key())
                .audience(AUDIENCE)
                .expirationTime(Date.from(clock.instant().plus(lifetime)))
                .build();
        SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
        try {
            jwt.sign(new MACSigner(agent.brand().agentSecret().bytes()));
        } catch (JOSEException e) {
            throw new IllegalStateException("HS256 cannot be signed with here", e);
        }
        return jwt.serialize();
    }
}
