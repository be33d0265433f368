package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What all {@link PhoneCodes} guarantee. */
public abstract class PhoneCodesContract {
    /** As many as stand at one time in the codes under test. */
    protected static final int MOST = 50;

    private static final long VALID_MILLIS = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** The codes under test, none standing. */
    protected abstract PhoneCodes codes();

    /** Lets so much time go by. */
    protected abstract void pass(long millis);

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private String issue(String brand, String session) {
        return get(codes().issue(brand, session, VALID_MILLIS)).orElseThrow();
    }

    @Test
    void shouldFindTheSessionOfACodeInItsBrandAlone() {
        String code = issue("demo", "s1");
        assertThat(code).matches("[0-9]{6}");
        assertThat(get(codes().find("demo", code))).contains("s1");
        assertThat(get(codes().find("other", code))).isEmpty();
        assertThat(get(codes().find("demo", code.equals("000000") ? "000001" : "000000")))
                .isEmpty();
    }

    @Test
    void shouldFindNothingOnceItsTimeIsOver() {
        String code = issue("demo", "s1");
        pass(VALID_MILLIS - 1);
        assertThat(get(codes().find("demo", code))).contains("s1");
        pass(1);
        assertThat(get(codes().find("demo", code))).isEmpty();
    }

    @Test
    void shouldFindNothingOnceRevoked() {
        String code = issue("demo", "s1");
        get(codes().revoke("demo", code, "another"));
        assertThat(get(codes().find("demo", code))).contains("s1");
        get(codes().revoke("demo", code, "s1"));
        get(codes().revoke("demo", code, "s1"));
        assertThat(get(codes().find("demo", code))).isEmpty();
    }

    @Test
    void shouldGiveNoTwoTheSameAndNoMoreThanMayStand() {
        Set<String> all = new HashSet<>();
        for (int i = 0; i < MOST; i++) {
            all.add(issue("demo", "s" + i));
        }
        assertThat(all).hasSize(MOST);
        assertThat(get(codes().issue("demo", "one more", VALID_MILLIS))).isEmpty();
        assertThat(get(codes().issue("other", "of another brand", VALID_MILLIS)))
                .isPresent();
        pass(VALID_MILLIS);
        assertThat(get(codes().issue("demo", "later", VALID_MILLIS))).isPresent();
    }
}
