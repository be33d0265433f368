package io.tandem.relay.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AgentTokensTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final String DEMO_SECRET = "demo-secret-demo-secret-demo-secret-demo-secret-demo-secret-demo-secret";
    private static final String OTHER_SECRET = "other-secret-other-secret-other-secret-other-secret-other-secret-other";
    private static final Brand DEMO = brand("demo", DEMO_SECRET);
    private static final Brands BRANDS = new Brands(List.of(DEMO, brand("other", OTHER_SECRET)));

    private final AgentTokens tokens = new AgentTokens(BRANDS, () -> NOW);

    private static Brand brand(String key, String secret) {
        return new Brand(key, key, Set.of("https://shop.example"), Set.of(), List.of(), AgentSecret.of(secret));
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .subject("ada-1")
                .claim("name", "Ada")
                .claim("brand", "demo")
                .audience("tandem")
                .expirationTime(Date.from(NOW.plusSeconds(60)));
    }

    private static String signed(JWSAlgorithm algorithm, String secret, JWTClaimsSet.Builder claims) {
        SignedJWT jwt = new SignedJWT(new JWSHeader(algorithm), claims.build());
        try {
            jwt.sign(new MACSigner(secret));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return jwt.serialize();
    }

    private static String signed(JWTClaimsSet.Builder claims) {
        return signed(JWSAlgorithm.HS256, DEMO_SECRET, claims);
    }

    private AgentIdentity verify(String token) {
        return tokens.verify(token).toCompletableFuture().join();
    }

    @Test
    void shouldKnowTheAgentOfAGoodToken() {
        assertThat(verify(signed(claims()))).isEqualTo(new AgentIdentity(DEMO, "ada-1", "Ada"));
    }

    @Test
    void shouldVerifyWhatItIssues() {
        AgentIdentity ada = new AgentIdentity(DEMO, "ada-1", "Ada");
        assertThat(verify(tokens.issue(ada, Duration.ofMinutes(1)))).isEqualTo(ada);
    }

    @Test
    void shouldKnowASupervisor() {
        AgentIdentity grace = verify(signed(claims().claim("role", "supervisor")));
        assertThat(grace.role()).isEqualTo(AgentRole.SUPERVISOR);
        assertThat(grace.role().inSession()).isEqualTo(Role.OBSERVER);
        assertThat(verify(signed(claims().claim("role", "agent"))).role()).isEqualTo(AgentRole.AGENT);
    }

    @Test
    void shouldAskForTheIssuerAndAudienceOfTheBrandExactly() {
        TokenRules rules = new TokenRules(
                AgentSecret.of(DEMO_SECRET),
                Set.of(TokenAlgorithm.HS256),
                Optional.of("https://login.example/"),
                "cobrowse",
                Duration.ofMinutes(5));
        Brand strict = new Brand(
                "demo",
                "Demo",
                Set.of("https://shop.example"),
                Set.of(),
                Set.of(),
                List.of(),
                ResourcePolicy.USUAL,
                rules,
                Brand.ANY_NUMBER);
        AgentTokens strictly = new AgentTokens(new Brands(List.of(strict)), () -> NOW);
        JWTClaimsSet.Builder right = claims().issuer("https://login.example/").audience(List.of("billing", "cobrowse"));
        assertThat(strictly.verify(signed(right)))
                .isCompletedWithValueMatching(agent -> agent.id().equals("ada-1"));
        assertThat(reason(strictly, signed(right.issuer("https://login.example"))))
                .contains("required is the iss");
        assertThat(reason(strictly, signed(right.issuer(null)))).contains("required is the iss");
        right.issuer("https://login.example/");
        assertThat(reason(strictly, signed(right.audience("tandem")))).contains("required is the aud");
        right.audience("cobrowse").expirationTime(Date.from(NOW.plusSeconds(361)));
        assertThat(reason(strictly, signed(right))).contains("allowed are 300 s");
    }

    private static String reason(AgentTokens tokens, String token) {
        return tokens.verify(token)
                .handle((agent, fault) -> fault == null ? "accepted" : String.valueOf(fault.getMessage()))
                .toCompletableFuture()
                .join();
    }

    @Test
    void shouldCallAnAgentWithoutANameByItsId() {
        assertThat(verify(signed(claims().claim("name", null))).name()).isEqualTo("ada-1");
    }

    @Test
    void shouldForgiveAClockThatIsAMinuteOff() {
        JWTClaimsSet.Builder skewed =
                claims().expirationTime(Date.from(NOW.minusSeconds(59))).notBeforeTime(Date.from(NOW.plusSeconds(59)));
        assertThat(verify(signed(skewed)).id()).isEqualTo("ada-1");
    }

    static Stream<Arguments> badTokens() {
        return Stream.of(
                Arguments.of("nothing", "", "malformed"),
                Arguments.of("no token", "open sesame", "malformed"),
                Arguments.of("unsigned", new PlainJWT(claims().build()).serialize(), "malformed"),
                Arguments.of(
                        "HS512", signed(JWSAlgorithm.HS512, DEMO_SECRET, claims()), "allowed are HS256, RS256, ES256"),
                Arguments.of(
                        "another brand's secret", signed(JWSAlgorithm.HS256, OTHER_SECRET, claims()), "not signed by"),
                Arguments.of("unknown brand", signed(claims().claim("brand", "nobody")), "not signed by"),
                Arguments.of("no brand", signed(claims().claim("brand", null)), "not signed by"),
                Arguments.of("brand is a number", signed(claims().claim("brand", 7)), "malformed"),
                Arguments.of("other audience", signed(claims().audience("billing")), "\"tandem\""),
                Arguments.of("no audience", signed(claims().audience((String) null)), "\"tandem\""),
                Arguments.of("no expiry", signed(claims().expirationTime(null)), "required is exp"),
                Arguments.of(
                        "expired", signed(claims().expirationTime(Date.from(NOW.minusSeconds(60)))), "has expired"),
                Arguments.of(
                        "not yet valid",
                        signed(claims().notBeforeTime(Date.from(NOW.plusSeconds(61)))),
                        "not valid yet"),
                Arguments.of(
                        "issued in the future",
                        signed(claims().issueTime(Date.from(NOW.plusSeconds(61)))),
                        "issued in the future"),
                Arguments.of(
                        "valid for longer than a shift",
                        signed(claims().issueTime(Date.from(NOW))
                                .expirationTime(
                                        Date.from(NOW.plus(TokenRules.LONGEST).plusSeconds(1)))),
                        "allowed are 43200 s"),
                Arguments.of(
                        "valid for longer from now on",
                        signed(claims().expirationTime(
                                        Date.from(NOW.plus(TokenRules.LONGEST).plusSeconds(61)))),
                        "valid for too long"),
                Arguments.of("unknown role", signed(claims().claim("role", "admin")), "allowed are agent, supervisor"),
                Arguments.of("a role that is a list", signed(claims().claim("role", List.of("agent"))), "malformed"),
                Arguments.of("no subject", signed(claims().subject(null)), "required is sub"),
                Arguments.of("endless subject", signed(claims().subject("x".repeat(129))), "required is sub"),
                Arguments.of("endless", "x".repeat(5000), "allowed are 4096"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badTokens")
    void shouldRefuse(String name, String token, String why) {
        assertThatThrownBy(() -> verify(token))
                .cause()
                .isInstanceOf(InvalidToken.class)
                .hasMessageContaining(why);
    }

    @Test
    void shouldRefuseATokenWithOneBitChanged() {
        String token = signed(claims());
        int at = token.lastIndexOf('.') + 1;
        String changed = token.substring(0, at) + (token.charAt(at) == 'A' ? 'B' : 'A') + token.substring(at + 1);
        assertThatThrownBy(() -> verify(changed)).cause().isInstanceOf(InvalidToken.class);
    }
}
