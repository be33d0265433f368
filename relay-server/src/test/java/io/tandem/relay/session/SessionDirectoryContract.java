package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.session.SessionDirectory.AgentKey;
import io.tandem.relay.session.SessionDirectory.Claim;
import io.tandem.relay.session.SessionDirectory.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link SessionDirectory} guarantees. */
public abstract class SessionDirectoryContract {
    private static final long LEASE_MILLIS = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int RIVALS = 16;

    /** The directory under test, empty. */
    protected abstract SessionDirectory directory();

    /** Lets leases run out that are this old. */
    protected abstract void pass(long millis);

    protected static Claim claim(String agent, String session) {
        return new Claim(new AgentKey("demo", agent), session, "invitation-of-" + session, "node-1", Stage.PENDING);
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    @Test
    void shouldGrantTheFirstClaimAndAnswerTheSecondWithIt() {
        Claim first = claim("ada", "s1");
        assertThat(get(directory().claim(first, LEASE_MILLIS))).isEqualTo(first);
        assertThat(get(directory().claim(claim("ada", "s2"), LEASE_MILLIS))).isEqualTo(first);
        assertThat(get(directory().find(first.agent()))).contains(first);
    }

    @Test
    void shouldKeepAgentsAndBrandsApart() {
        Claim ada = claim("ada", "s1");
        Claim bob = claim("bob", "s2");
        Claim foreign = new Claim(new AgentKey("other", "ada"), "s3", "i", "node-1", Stage.PENDING);
        for (Claim claim : List.of(ada, bob, foreign)) {
            assertThat(get(directory().claim(claim, LEASE_MILLIS))).isEqualTo(claim);
        }
    }

    @Test
    void shouldActivateAClaimThatStandsAndNoOther() {
        Claim ada = claim("ada", "s1");
        assertThat(get(directory().activate(ada, LEASE_MILLIS))).isFalse();
        get(directory().claim(ada, LEASE_MILLIS));
        assertThat(get(directory().activate(claim("ada", "s2"), LEASE_MILLIS))).isFalse();
        assertThat(get(directory().activate(ada, LEASE_MILLIS))).isTrue();
        assertThat(get(directory().find(ada.agent()))).contains(ada.withStage(Stage.ACTIVE));
    }

    @Test
    void shouldReleaseAnEngagementForItsOwnerAloneAtWhateverStage() {
        Claim ada = claim("ada", "s1");
        get(directory().claim(ada, LEASE_MILLIS));
        get(directory().release(claim("ada", "s2")));
        assertThat(get(directory().find(ada.agent()))).contains(ada);
        get(directory().activate(ada, LEASE_MILLIS));
        get(directory().release(ada));
        assertThat(get(directory().find(ada.agent()))).isEmpty();
        get(directory().release(ada));
    }

    @Test
    void shouldLetAClaimRunOut() {
        Claim ada = claim("ada", "s1");
        get(directory().claim(ada, LEASE_MILLIS));
        pass(LEASE_MILLIS);
        assertThat(get(directory().find(ada.agent()))).isEmpty();
        assertThat(get(directory().activate(ada, LEASE_MILLIS))).isFalse();
        Claim next = claim("ada", "s2");
        assertThat(get(directory().claim(next, LEASE_MILLIS))).isEqualTo(next);
    }

    @Test
    void shouldGiveAnActiveClaimANewLease() {
        Claim ada = claim("ada", "s1");
        get(directory().claim(ada, LEASE_MILLIS));
        get(directory().activate(ada, 2 * LEASE_MILLIS));
        pass(LEASE_MILLIS);
        assertThat(get(directory().find(ada.agent()))).contains(ada.withStage(Stage.ACTIVE));
    }

    @Test
    void shouldGrantOneOfManyConcurrentClaims() throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(RIVALS);
        try {
            List<CompletableFuture<Boolean>> attempts = new ArrayList<>();
            for (int i = 0; i < RIVALS; i++) {
                Claim rival = claim("ada", "s" + i);
                attempts.add(CompletableFuture.supplyAsync(
                        () -> {
                            await(start);
                            return get(directory().claim(rival, LEASE_MILLIS)).equals(rival);
                        },
                        threads));
            }
            start.countDown();
            assertThat(attempts.stream().filter(CompletableFuture::join)).hasSize(1);
        } finally {
            threads.shutdown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
