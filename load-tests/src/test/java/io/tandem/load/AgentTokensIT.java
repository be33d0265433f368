package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.tandem.load.peer.RelayRest;
import io.tandem.relay.bootstrap.ConfigFaults;
import io.tandem.relay.bootstrap.RelayConfigReader;
import io.tandem.relay.bootstrap.RelayServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Good and bad tokens at a real relay: one brand with a secret, one with keys at an address. */
class AgentTokensIT {
    private static final String SHOP_SECRET = "the secret of the shop, of thirty-two bytes or more";
    private static final String OTHER_SECRET = "the secret of nobody, of thirty-two bytes or more";
    private static final String ISSUER = "https://login.bank.example";
    private static final RSAKey RSA = rsa("rsa-1");
    private static final RSAKey STRANGE_RSA = rsa("rsa-1");
    private static final ECKey EC = ec();
    private static final AtomicInteger FETCHES = new AtomicInteger();
    private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();

    private static @Nullable HttpServer provider;
    private static @Nullable RelayServer relay;

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey ec() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void start() throws IOException, ConfigFaults {
        LOG.start();
        relays().setLevel(Level.INFO);
        relays().setAdditive(false);
        relays().addAppender(LOG);
        HttpServer publishing = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] keys = new JWKSet(List.of(RSA, EC)).toString(true).getBytes(StandardCharsets.UTF_8);
        publishing.createContext("/keys", exchange -> {
            FETCHES.incrementAndGet();
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        publishing.start();
        provider = publishing;
        relay = RelayServer.start(RelayConfigReader.read(
                Optional.empty(),
                Map.of(
                        "TANDEM_HOST", "127.0.0.1",
                        "TANDEM_PORT", "0",
                        "TANDEM_BRANDS", "shop,bank",
                        "TANDEM_BRANDS_SHOP_ORIGINS", "https://shop.example",
                        "TANDEM_BRANDS_SHOP_AGENT_SECRET", SHOP_SECRET,
                        "TANDEM_BRANDS_BANK_ORIGINS", "https://bank.example",
                        "TANDEM_BRANDS_BANK_AGENT_ISSUER", ISSUER,
                        "TANDEM_BRANDS_BANK_AGENT_JWKS_URL",
                                "http://127.0.0.1:" + publishing.getAddress().getPort() + "/keys")));
    }

    @AfterAll
    static void stop() {
        if (relay != null) {
            relay.close();
        }
        if (provider != null) {
            provider.stop(0);
        }
        relays().detachAppender(LOG);
        relays().setAdditive(true);
        relays().setLevel(null);
    }

    private static Logger relays() {
        return (Logger) LoggerFactory.getLogger("io.tandem.relay");
    }

    private static RelayRest.Answer list(String token) {
        int port = relay == null ? 0 : relay.port();
        return new RelayRest(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .call("GET", "/v1/sessions", token, "");
    }

    private static JWTClaimsSet.Builder claims(String brand) {
        return new JWTClaimsSet.Builder()
                .subject("ada")
                .claim("brand", brand)
                .issuer(ISSUER)
                .audience("tandem")
                .issueTime(Date.from(Instant.now()))
                .expirationTime(Date.from(Instant.now().plusSeconds(300)));
    }

    private static String sign(JWSAlgorithm algorithm, String keyId, JWSSigner signer, JWTClaimsSet.Builder claims)
            throws JOSEException {
        SignedJWT jwt =
                new SignedJWT(new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims.build());
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static String shops(UnaryOperator<JWTClaimsSet.Builder> change) throws JOSEException {
        return sign(JWSAlgorithm.HS256, "", new MACSigner(SHOP_SECRET), change.apply(claims("shop")));
    }

    private static String banks(UnaryOperator<JWTClaimsSet.Builder> change) throws JOSEException {
        return sign(JWSAlgorithm.RS256, "rsa-1", new RSASSASigner(RSA), change.apply(claims("bank")));
    }

    @Test
    void shouldTakeTheTokensOfBothBrands() throws JOSEException {
        assertThat(list(shops(same -> same)).status()).isEqualTo(200);
        assertThat(list(banks(same -> same)).status()).isEqualTo(200);
        String ec = sign(JWSAlgorithm.ES256, "ec-1", new ECDSASigner(EC), claims("bank"));
        assertThat(list(ec).status()).isEqualTo(200);
    }

    private record Bad(String name, String token, String says) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Bad> bad() throws JOSEException {
        Date past = Date.from(Instant.now().minusSeconds(61));
        Date future = Date.from(Instant.now().plusSeconds(120));
        Date nextWeek = Date.from(Instant.now().plusSeconds(7 * 86_400));
        String good = shops(same -> same);
        String[] parts = good.split("\\.", -1);
        String none = new PlainJWT(claims("shop").build()).serialize();
        byte[] der = RSA.toRSAPublicKey().getEncoded();
        List<Bad> bad = new ArrayList<>(List.of(
                new Bad("alg none", none, "malformed"),
                new Bad("alg none with a signature", none + parts[2], "malformed"),
                new Bad("no signature", parts[0] + "." + parts[1] + ".", "malformed"),
                new Bad("claims of another token", swapped(good), "not signed by"),
                new Bad("expired", shops(claims -> claims.expirationTime(past)), "has expired"),
                new Bad("not yet valid", shops(claims -> claims.notBeforeTime(future)), "not valid yet"),
                new Bad("issued in the future", shops(claims -> claims.issueTime(future)), "issued in the future"),
                new Bad("good for a week", shops(claims -> claims.expirationTime(nextWeek)), "valid for too long"),
                new Bad("good for ever", shops(claims -> claims.expirationTime(null)), "never expires"),
                new Bad("another audience", shops(claims -> claims.audience("tandem2")), "required is the aud"),
                new Bad("another role", shops(claims -> claims.claim("role", "root")), "agent, supervisor"),
                new Bad("another issuer", banks(claims -> claims.issuer(ISSUER + "/")), "required is the iss")));
        bad.add(new Bad(
                "unknown brand",
                sign(JWSAlgorithm.HS256, "", new MACSigner(SHOP_SECRET), claims("nobody")),
                "not signed by"));
        bad.add(new Bad(
                "another brand's",
                sign(JWSAlgorithm.HS256, "", new MACSigner(SHOP_SECRET), claims("bank")),
                "not signed by"));
        bad.add(new Bad(
                "of a brand that has a secret, by keys",
                sign(JWSAlgorithm.RS256, "rsa-1", new RSASSASigner(RSA), claims("shop")),
                "not signed by"));
        bad.add(new Bad(
                "another secret",
                sign(JWSAlgorithm.HS256, "", new MACSigner(OTHER_SECRET), claims("shop")),
                "not signed by"));
        bad.add(new Bad(
                "the public key for a secret",
                sign(JWSAlgorithm.HS256, "rsa-1", new MACSigner(der), claims("bank")),
                "not signed by"));
        bad.add(new Bad(
                "another key of this id",
                sign(JWSAlgorithm.RS256, "rsa-1", new RSASSASigner(STRANGE_RSA), claims("bank")),
                "not signed by"));
        bad.add(new Bad(
                "the id of another kind of key",
                sign(JWSAlgorithm.RS256, "ec-1", new RSASSASigner(RSA), claims("bank")),
                "not signed by"));
        bad.add(new Bad(
                "an unknown key",
                sign(JWSAlgorithm.RS256, "rsa-9", new RSASSASigner(STRANGE_RSA), claims("bank")),
                "not signed by"));
        bad.add(new Bad(
                "another algorithm of this key",
                sign(JWSAlgorithm.PS256, "rsa-1", new RSASSASigner(RSA), claims("bank")),
                "allowed are HS256, RS256, ES256"));
        bad.add(new Bad("nothing", "x", "malformed"));
        return bad;
    }

    /** The signature of one, the claims of another. */
    private static String swapped(String good) throws JOSEException {
        String[] mine = good.split("\\.", -1);
        String[] others = shops(claims -> claims.subject("eve")).split("\\.", -1);
        return mine[0] + "." + others[1] + "." + mine[2];
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bad")
    void shouldRefuse(Bad bad) {
        RelayRest.Answer answer = list(bad.token());
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.body()).contains("urn:tandem:problem:not-authenticated", bad.says());
        assertThat(answer.body())
                .doesNotContain(bad.token())
                .doesNotContain("shop")
                .doesNotContain("bank");
    }

    @Test
    void shouldNotTakeATokenFromAnAddress() throws JOSEException {
        int port = relay == null ? 0 : relay.port();
        RelayRest.Answer answer = new RelayRest(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .call("GET", "/v1/sessions?access_token=" + shops(same -> same), "", "");
        assertThat(answer.status()).isEqualTo(401);
    }

    @Test
    void shouldFetchNoMoreOftenForTokensThatAnybodyCanMake() throws JOSEException {
        list(banks(same -> same));
        int before = FETCHES.get();
        for (int i = 0; i < 20; i++) {
            String made = sign(JWSAlgorithm.RS256, "made-up-" + i, new RSASSASigner(STRANGE_RSA), claims("bank"));
            assertThat(list(made).status()).isEqualTo(401);
        }
        assertThat(FETCHES.get() - before).isLessThanOrEqualTo(2);
    }

    @Test
    void shouldTellTheLogNothingSecret() throws JOSEException {
        String token = banks(same -> same);
        String refused = banks(claims -> claims.audience("else"));
        list(token);
        list(refused);
        assertThat(LOG.list).isNotEmpty();
        for (ILoggingEvent event : List.copyOf(LOG.list)) {
            assertThat(event.getFormattedMessage()).doesNotContain(token, refused, SHOP_SECRET, "ada");
        }
    }
}
