package io.tandem.relay.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.netty.util.concurrent.Ticker;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Date;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the tokens that brands give their agents and supervisors: JWT, signed as the brand's {@link TokenRules} say; claims {@code brand},
 * {@code sub} (the agent's id), {@code name}, {@code role}, {@code aud}, {@code exp}. The token's header chooses among the brand's keys, never how a
 * key is used. Any thread may call it.
 */
public final class AgentTokens {
    /** Longer than any token that carries these claims, and short enough to parse for anybody who sends one. */
    static final int MAX_TOKEN_LENGTH = 4096;

    /**
     * Tokens that may wait to be verified with a public key: at 1.5 ms for each (ES256, measured), 0.8 s, which nobody has given up yet.
     */
    static final int MAX_WAITING = 512;

    private static final String BRAND_CLAIM = "brand";
    private static final String NOT_SIGNED =
            "the token is not signed by a brand of this service, with the algorithm and a key that the brand's configuration names";

    private final Supplier<Brands> brands;
    private final KeySets keySets;
    private final Executor verifying;
    private final TokenClaims claims;
    private final InstantSource clock;
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * Verifies for the brands of each moment.
     *
     * @param keySets where brands' public keys are
     * @param verifying where tokens are verified with them: it takes up to three hundred times as long as with a secret
     */
    public AgentTokens(Supplier<Brands> brands, KeySets keySets, Executor verifying, InstantSource clock) {
        this.brands = brands;
        this.keySets = keySets;
        this.verifying = verifying;
        this.claims = new TokenClaims(clock);
        this.clock = clock;
    }

    /** Verifies for brands that have secrets, which stay the same. */
    public AgentTokens(Brands brands, InstantSource clock) {
        this(
                () -> brands,
                new KeySets(
                        url -> CompletableFuture.failedFuture(new BadKeySet("nothing is fetched here")),
                        Ticker.systemTicker(),
                        wasHad -> {}),
                Runnable::run,
                clock);
    }

    /**
     * Who bears this token. Completes with an {@link InvalidToken} if it says nothing that can be trusted, and with {@link TokensUnavailable} if
     * nobody can say now; at once if the brand has a secret, and else on a thread of its own.
     */
    public CompletionStage<AgentIdentity> verify(String token) {
        try {
            return verifyParsed(parse(token));
        } catch (InvalidToken | TokensUnavailable no) {
            return CompletableFuture.failedFuture(no);
        }
    }

    private static SignedJWT parse(String token) throws InvalidToken {
        if (token.length() > MAX_TOKEN_LENGTH) {
            throw new InvalidToken("a token of " + token.length() + " characters; allowed are " + MAX_TOKEN_LENGTH);
        }
        try {
            return SignedJWT.parse(token);
        } catch (ParseException | IllegalArgumentException e) {
            throw new InvalidToken("the token is malformed; required is a signed JWT");
        }
    }

    /** An unknown brand and a wrong signature get the same answer: which brands there are is nobody's business. */
    private CompletionStage<AgentIdentity> verifyParsed(SignedJWT jwt) throws InvalidToken, TokensUnavailable {
        TokenAlgorithm algorithm = TokenAlgorithm.of(jwt.getHeader().getAlgorithm());
        if (algorithm == null) {
            throw new InvalidToken("the token's algorithm is not allowed; allowed are " + TokenAlgorithm.names()
                    + ", as the brand's configuration says");
        }
        Brand brand = brandOf(jwt);
        if (brand == null || !brand.tokens().algorithms().contains(algorithm)) {
            throw new InvalidToken(NOT_SIGNED);
        }
        if (brand.tokens().keys() instanceof AgentSecret secret) {
            return CompletableFuture.completedFuture(verified(jwt, brand, secret.verifier()));
        }
        if (brand.tokens().keys() instanceof KeySetSource source) {
            return verifyByKeySet(jwt, brand, source, algorithm);
        }
        throw new IllegalStateException("keys of another kind");
    }

    private @Nullable Brand brandOf(SignedJWT jwt) throws InvalidToken {
        try {
            String key = jwt.getJWTClaimsSet().getStringClaim(BRAND_CLAIM);
            return key == null ? null : brands.get().find(key);
        } catch (ParseException e) {
            throw TokenClaims.malformed();
        }
    }

    private CompletionStage<AgentIdentity> verifyByKeySet(
            SignedJWT jwt, Brand brand, KeySetSource source, TokenAlgorithm algorithm) throws TokensUnavailable {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            throw new TokensUnavailable("too many tokens wait to be verified");
        }
        CompletableFuture<AgentIdentity> verified = new CompletableFuture<>();
        String keyId = jwt.getHeader().getKeyID();
        keySets.withKey(source, keyId)
                .whenComplete((set, fault) -> onVerifier(verified, () -> {
                    if (set == null) {
                        throw new TokensUnavailable("the keys that verify this token have not been had yet");
                    }
                    return verified(jwt, brand, set.find(keyId, algorithm));
                }));
        return verified.whenComplete((identity, fault) -> waiting.decrementAndGet());
    }

    private interface Verification {
        AgentIdentity run() throws InvalidToken, TokensUnavailable;
    }

    private void onVerifier(CompletableFuture<AgentIdentity> verified, Verification verification) {
        try {
            verifying.execute(() -> {
                try {
                    verified.complete(verification.run());
                } catch (InvalidToken | TokensUnavailable | RuntimeException no) {
                    verified.completeExceptionally(no);
                }
            });
        } catch (RejectedExecutionException stopping) {
            verified.completeExceptionally(new TokensUnavailable("the node stops"));
        }
    }

    private AgentIdentity verified(SignedJWT jwt, Brand brand, @Nullable JWSVerifier verifier) throws InvalidToken {
        try {
            if (verifier == null || !jwt.verify(verifier)) {
                throw new InvalidToken(NOT_SIGNED);
            }
            return claims.identity(brand, jwt.getJWTClaimsSet());
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            throw TokenClaims.malformed();
        }
    }

    /** Signs a token by a brand's secret, as the brand's own desk would: for the demo and for tests. */
    public String issue(AgentIdentity agent, Duration lifetime) {
        if (!(agent.brand().tokens().keys() instanceof AgentSecret secret)) {
            throw new IllegalArgumentException("brand " + agent.brand().key() + " has no secret to sign with");
        }
        JWTClaimsSet set = new JWTClaimsSet.Builder()
                .subject(agent.id())
                .claim(TokenClaims.NAME, agent.name())
                .claim(TokenClaims.ROLE, agent.role().wireName())
                .claim(BRAND_CLAIM, agent.brand().key())
                .issuer(agent.brand().tokens().issuer().orElse(null))
                .audience(agent.brand().tokens().audience())
                .expirationTime(Date.from(clock.instant().plus(lifetime)))
                .build();
        SignedJWT jwt = new SignedJWT(new JWSHeader(TokenAlgorithm.HS256.jose()), set);
        try {
            jwt.sign(new MACSigner(secret.bytes()));
        } catch (JOSEException e) {
            throw new IllegalStateException("HS256 cannot be signed with here", e);
        }
        return jwt.serialize();
    }
}
