package io.tandem.relay.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SecretsTest {
    private static final int DRAWS = 1000;

    private final Secrets secrets = new Secrets(new SecureRandom());

    @Test
    void shouldDraw128BitsThatFitAUrl() {
        Set<String> drawn = new HashSet<>();
        for (int i = 0; i < DRAWS; i++) {
            drawn.add(secrets.next());
        }
        assertThat(drawn).hasSize(DRAWS).allMatch(secret -> secret.matches("[A-Za-z0-9_-]{22}"));
    }

    @Test
    void shouldKnowASecretByItsHashAlone() {
        String secret = secrets.next();
        SecretHash hash = SecretHash.of(secret);
        assertThat(hash.matches(secret)).isTrue();
        assertThat(hash.matches(secrets.next())).isFalse();
        assertThat(hash.matches("")).isFalse();
    }
}
