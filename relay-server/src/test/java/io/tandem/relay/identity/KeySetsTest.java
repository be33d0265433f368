package io.tandem.relay.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens by public keys, and where the keys come from. */
class KeySetsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final RSAKey RSA = rsa("rsa-1");
    private static final RSAKey OTHER_RSA = rsa("rsa-2");
    private static final ECKey EC = ec("ec-1");
    private static final KeySetSource.OfUrl URL =
            new KeySetSource.OfUrl(URI.create("https://login.example/keys?tenant=7"), 300_000);

    @TempDir
    Path folder;

    private final MockTicker ticker = Ticker.newMockTicker();
    private final List<Boolean> refreshes = new ArrayList<>();

    /** Whoever publishes keys: a test answers for it. */
    private final List<CompletableFuture<byte[]>> asked = new ArrayList<>();

    private final KeySets sets = new KeySets(this::fetch, ticker, refreshes::add);

    private CompletionStage<byte[]> fetch(URI url) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        asked.add(answer);
        return answer;
    }

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey ec(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] set(JWK... keys) {
        return new JWKSet(Arrays.asList(keys)).toString(true).getBytes(StandardCharsets.UTF_8);
    }

    private static Brand brand(KeySetSource source, TokenAlgorithm... algorithms) {
        TokenRules rules = new TokenRules(
                source,
                algorithms.length == 0 ? TokenRules.BY_KEY_SET : Set.of(algorithms),
                Optional.empty(),
                "tandem",
                TokenRules.LONGEST);
        return new Brand(
                "demo",
                "Demo",
                Set.of("https://shop.example"),
                Set.of(),
                Set.of(),
                List.of(),
                ResourcePolicy.USUAL,
                rules,
                Brand.ANY_NUMBER);
    }

    private AgentTokens serving(Brand brand) {
        Brands brands = new Brands(List.of(brand));
        sets.serve(brands.all());
        return new AgentTokens(() -> brands, sets, Runnable::run, () -> NOW);
    }

    /** Of a brand whose file has these keys. */
    private AgentTokens of(JWK... keys) throws IOException {
        Path file = Files.write(folder.resolve("keys.json"), set(keys));
        return serving(brand(new KeySetSource.OfFile(file)));
    }

    private static String token(JWSAlgorithm algorithm, @Nullable String keyId, JWSSigner signer) throws JOSEException {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .subject("ada-1")
                .claim("brand", "demo")
                .audience("tandem")
                .expirationTime(Date.from(NOW.plusSeconds(60)))
                .build();
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(algorithm)
                        .keyID(keyId)
                        .type(JOSEObjectType.JWT)
                        .build(),
                claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static String rs256(RSAKey key) throws JOSEException {
        return token(JWSAlgorithm.RS256, key.getKeyID(), new RSASSASigner(key));
    }

    private static String es256(ECKey key) throws JOSEException {
        return token(JWSAlgorithm.ES256, key.getKeyID(), new ECDSASigner(key));
    }

    /** "ada-1", or why not; "waits" while nothing was answered. */
    private static String verdict(AgentTokens tokens, String token) {
        return tokens.verify(token)
                .handle((agent, fault) -> fault == null ? agent.id() : String.valueOf(fault.getMessage()))
                .toCompletableFuture()
                .getNow("waits");
    }

    @Test
    void shouldVerifyByTheKeysOfAFile() throws Exception {
        AgentTokens tokens = of(RSA, EC);
        assertThat(verdict(tokens, rs256(RSA))).isEqualTo("ada-1");
        assertThat(verdict(tokens, es256(EC))).isEqualTo("ada-1");
        assertThat(verdict(tokens, rs256(OTHER_RSA))).contains("not signed by");
    }

    @Test
    void shouldNotTakeAPublicKeyForASecret() throws Exception {
        AgentTokens tokens = of(RSA);
        byte[] modulus = RSA.getModulus().decode();
        byte[] pem = ("-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(RSA.toRSAPublicKey().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n")
                .getBytes(StandardCharsets.US_ASCII);
        for (byte[] secret : List.of(modulus, pem, RSA.toRSAPublicKey().getEncoded(), set(RSA))) {
            assertThat(verdict(tokens, token(JWSAlgorithm.HS256, "rsa-1", new MACSigner(secret))))
                    .contains("not signed by");
        }
    }

    @Test
    void shouldUseAKeyAsItsTypeAndPurposeSayAndInNoOtherWay() throws Exception {
        RSAKey forEncryption = new RSAKey.Builder(OTHER_RSA.toPublicJWK())
                .keyUse(KeyUse.ENCRYPTION)
                .build();
        RSAKey forPss = new RSAKey.Builder(RSA.toPublicJWK())
                .algorithm(new Algorithm("PS256"))
                .keyID("pss")
                .build();
        OctetSequenceKey secret = new OctetSequenceKey.Builder("s".repeat(32).getBytes(StandardCharsets.UTF_8))
                .keyID("oct")
                .build();
        Path file = Files.writeString(
                folder.resolve("keys.json"),
                new JWKSet(List.of(forEncryption, forPss, secret, EC.toPublicJWK())).toString(false));
        AgentTokens tokens = serving(brand(new KeySetSource.OfFile(file)));
        assertThat(verdict(tokens, es256(EC))).isEqualTo("ada-1");
        assertThat(verdict(tokens, rs256(OTHER_RSA))).contains("not signed by");
        assertThat(verdict(tokens, token(JWSAlgorithm.RS256, "pss", new RSASSASigner(RSA))))
                .contains("not signed by");
        assertThat(verdict(tokens, token(JWSAlgorithm.PS256, "pss", new RSASSASigner(RSA))))
                .contains("not allowed");
        assertThat(verdict(tokens, token(JWSAlgorithm.RS256, "ec-1", new RSASSASigner(RSA))))
                .contains("not signed by");
        assertThat(verdict(tokens, token(JWSAlgorithm.HS256, "oct", new MACSigner("s".repeat(32)))))
                .contains("not signed by");
    }

    @Test
    void shouldTakeNoAlgorithmThatTheBrandDoesNotName() throws Exception {
        Path file = Files.write(folder.resolve("keys.json"), set(RSA, EC));
        AgentTokens tokens = serving(brand(new KeySetSource.OfFile(file), TokenAlgorithm.ES256));
        assertThat(verdict(tokens, es256(EC))).isEqualTo("ada-1");
        assertThat(verdict(tokens, rs256(RSA))).contains("not signed by");
    }

    @Test
    void shouldTakeATokenWithoutAKeysIdWhereOneKeyAloneFits() throws Exception {
        String nameless = token(JWSAlgorithm.RS256, null, new RSASSASigner(RSA));
        assertThat(verdict(of(RSA, EC), nameless)).isEqualTo("ada-1");
        assertThat(verdict(of(RSA, OTHER_RSA), nameless)).contains("not signed by");
    }

    @Test
    void shouldSayWhatIsWrongWithAFile() throws Exception {
        RSAKey weak = new RSAKeyGenerator(1024, true).keyID("weak").generate();
        Path file = Files.write(folder.resolve("weak.json"), set(weak, EC));
        assertThat(KeySets.faultOf(file)).isEqualTo("key 1 of 2: an RSA key of 1024 bits; allowed are 2048 to 8192");
        Files.writeString(file, new JWKSet(RSA).toString(false));
        assertThat(KeySets.faultOf(file)).contains("a private key; allowed are public ones");
        Files.writeString(file, "{\"keys\":[]}");
        assertThat(KeySets.faultOf(file)).contains("no key that verifies RS256 or ES256");
        Files.writeString(file, "<html>");
        assertThat(KeySets.faultOf(file)).contains("no JWK set");
        Files.writeString(file, " ".repeat(KeySet.MAX_BYTES + 1));
        assertThat(KeySets.faultOf(file)).contains("262144 bytes");
        assertThat(KeySets.faultOf(folder.resolve("nowhere"))).contains("cannot be read");
        assertThatThrownBy(() -> KeySet.parse(set(weak)))
                .isInstanceOf(BadKeySet.class)
                .hasMessageContaining("1024 bits");
    }

    @Test
    void shouldReadAFileAgainThatChangedAndKeepWhatWasGood() throws Exception {
        AgentTokens tokens = of(RSA);
        Path file = folder.resolve("keys.json");
        change(file, set(OTHER_RSA, EC), 1);
        assertThat(verdict(tokens, rs256(RSA))).contains("not signed by");
        assertThat(verdict(tokens, rs256(OTHER_RSA))).isEqualTo("ada-1");
        change(file, "{".getBytes(StandardCharsets.UTF_8), 2);
        assertThat(verdict(tokens, rs256(OTHER_RSA))).isEqualTo("ada-1");
        Files.delete(file);
        sets.look();
        assertThat(verdict(tokens, es256(EC))).isEqualTo("ada-1");
        assertThat(refreshes).containsExactly(true, true, false, false);
    }

    private void change(Path file, byte[] to, int seconds) throws IOException {
        Files.write(file, to);
        Files.setLastModifiedTime(file, FileTime.from(NOW.plusSeconds(seconds)));
        sets.look();
    }

    @Test
    void shouldHaveATokenWaitForTheFirstFetchAndSayThatItCannotBeJudged() throws Exception {
        AgentTokens tokens = serving(brand(URL));
        CompletableFuture<AgentIdentity> first = tokens.verify(rs256(RSA)).toCompletableFuture();
        assertThat(asked).hasSize(1);
        assertThat(first).isNotDone();
        asked.get(0).completeExceptionally(new BadKeySet("answered 500; required is 200"));
        assertThat(first).isCompletedExceptionally();
        assertThat(verdict(tokens, rs256(RSA))).contains("have not been had yet");
        assertThat(asked).as("not before its time").hasSize(1);
        ticker.advance(30, TimeUnit.SECONDS);
        sets.look();
        asked.get(1).complete(set(RSA));
        assertThat(verdict(tokens, rs256(RSA))).isEqualTo("ada-1");
        assertThat(refreshes).containsExactly(false, true);
    }

    @Test
    void shouldAskAgainWhenItsTimeHasComeAndKeepWhatWasGood() throws Exception {
        AgentTokens tokens = serving(brand(URL));
        asked.get(0).complete(set(RSA));
        ticker.advance(299, TimeUnit.SECONDS);
        sets.look();
        assertThat(asked).hasSize(1);
        ticker.advance(1, TimeUnit.SECONDS);
        sets.look();
        asked.get(1).complete("down for maintenance".getBytes(StandardCharsets.UTF_8));
        assertThat(verdict(tokens, rs256(RSA))).isEqualTo("ada-1");
        ticker.advance(30, TimeUnit.SECONDS);
        sets.look();
        asked.get(2).complete(set(OTHER_RSA));
        assertThat(verdict(tokens, rs256(OTHER_RSA))).isEqualTo("ada-1");
        assertThat(verdict(tokens, rs256(RSA))).contains("not signed by");
    }

    @Test
    void shouldFetchAnewForAnUnknownKeyButNotAsOftenAsAnybodyMakesOne() throws Exception {
        AgentTokens tokens = serving(brand(URL));
        asked.get(0).complete(set(RSA));
        ticker.advance(10, TimeUnit.SECONDS);
        CompletableFuture<AgentIdentity> rolled =
                tokens.verify(rs256(OTHER_RSA)).toCompletableFuture();
        CompletableFuture<AgentIdentity> another =
                tokens.verify(rs256(rsa("made up"))).toCompletableFuture();
        assertThat(asked).as("one fetch for both").hasSize(2);
        asked.get(1).complete(set(RSA, OTHER_RSA));
        assertThat(rolled).isCompletedWithValueMatching(agent -> agent.id().equals("ada-1"));
        assertThat(another).isCompletedExceptionally();
        ticker.advance(9, TimeUnit.SECONDS);
        assertThat(verdict(tokens, rs256(rsa("made up")))).contains("not signed by");
        assertThat(asked).hasSize(2);
        ticker.advance(1, TimeUnit.SECONDS);
        assertThat(verdict(tokens, rs256(rsa("made up")))).isEqualTo("waits");
        assertThat(asked).hasSize(3);
    }

    @Test
    void shouldPassOverAWeakKeyBesideGoodOnesOfAProvider() throws Exception {
        RSAKey weak = new RSAKeyGenerator(1024, true).keyID("weak").generate();
        AgentTokens tokens = serving(brand(URL));
        asked.get(0).complete(set(weak, RSA));
        assertThat(verdict(tokens, rs256(RSA))).isEqualTo("ada-1");
        ticker.advance(Duration.ofMinutes(1).toNanos(), TimeUnit.NANOSECONDS);
        assertThat(verdict(
                        tokens,
                        token(
                                JWSAlgorithm.RS256,
                                "weak",
                                new RSASSASigner(weak, Set.of(AllowWeakRSAKey.getInstance())))))
                .isEqualTo("waits");
        asked.get(1).complete(set(weak, RSA));
        assertThat(verdict(
                        tokens,
                        token(
                                JWSAlgorithm.RS256,
                                "weak",
                                new RSASSASigner(weak, Set.of(AllowWeakRSAKey.getInstance())))))
                .contains("not signed by");
    }

    @Test
    void shouldTellTheLogNothingOfAQuery() {
        assertThat(URL.label()).isEqualTo("https://login.example/keys");
    }
}
