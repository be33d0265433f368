package io.tandem.relay.audit.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tandem.relay.audit.AuditOutcome;
import io.tandem.relay.audit.AuditRecord;
import io.tandem.relay.audit.webhook.WebhookAttempt.Outcome;
import io.tandem.relay.metering.AuditMeters;
import io.tandem.relay.session.VirtualLoop;
import io.tandem.relay.testing.OpenApiContract;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** At least once, in order, again after growing delays, and never more than fits. */
class WebhookQueueTest {
    private static final WebhookLimits LIMITS = new WebhookLimits(100, 150, 4, 60_000, 1_000, 4_000, 10_000);
    private static final WebhookTarget TARGET = new WebhookTarget(
            "shop",
            WebhookTarget.url("https://hooks.shop.example/in"),
            List.of(WebhookSecret.of("whsec-".repeat(8)), WebhookSecret.of("before".repeat(8))),
            false);

    /** One attempt that a test answers when it likes. */
    private record Post(
            Map<String, String> headers, String body, CompletableFuture<WebhookAttempt> answer, long atMillis) {}

    private final VirtualLoop loop = new VirtualLoop();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AuditMeters meters =
            new AuditMeters(registry, AuditOutcome.labels(), WebhookOutcome.labels(), WebhookOutcome.attemptLabels());
    private final List<Post> posts = new ArrayList<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicInteger inAll = new AtomicInteger();
    private long nowMillis = Instant.parse("2026-11-23T12:00:00Z").toEpochMilli();
    private double chance = 1;
    private final WebhookQueue queue = queue();

    private WebhookQueue queue() {
        return new WebhookQueue(
                TARGET,
                new WebhookQueue.Parts(
                        loop.executor(),
                        this::post,
                        LIMITS,
                        meters,
                        inAll,
                        () -> "an-id-of-a-delivery-" + ids.incrementAndGet(),
                        () -> Instant.ofEpochMilli(nowMillis),
                        () -> chance));
    }

    private CompletionStage<WebhookAttempt> post(WebhookTarget target, Map<String, String> headers, byte[] body) {
        CompletableFuture<WebhookAttempt> answer = new CompletableFuture<>();
        posts.add(new Post(headers, new String(body, StandardCharsets.UTF_8), answer, nowMillis));
        return answer;
    }

    private void pass(long millis) {
        for (long left = millis; left > 0; left -= 100) {
            nowMillis += 100;
            loop.advance(100);
        }
    }

    private void offer(int event) {
        queue.offer(new AuditRecord(
                "shop", Instant.ofEpochMilli(nowMillis), ("{\"n\":" + event + "}").getBytes(StandardCharsets.UTF_8)));
        loop.runTasks();
    }

    private Post last() {
        return posts.get(posts.size() - 1);
    }

    private void answer(Outcome outcome, int status, long retryAfterMillis) {
        last().answer().complete(new WebhookAttempt(outcome, status, retryAfterMillis));
        loop.runTasks();
    }

    private void accept() {
        answer(Outcome.ACCEPTED, 204, 0);
    }

    private void refuse() {
        answer(Outcome.REFUSED, 500, 0);
    }

    private double events(WebhookOutcome outcome) {
        return registry.get("tandem.webhook.events")
                .tag("outcome", outcome.label())
                .counter()
                .count();
    }

    @Test
    void shouldSendTheFirstAtOnceAndGatherWhatComesMeanwhile() {
        offer(1);
        offer(2);
        offer(3);
        assertThat(posts).hasSize(1);
        assertThat(last().body()).isEqualTo("{\"version\":1,\"events\":[{\"n\":1}]}");
        accept();
        assertThat(last().body()).isEqualTo("{\"version\":1,\"events\":[{\"n\":2},{\"n\":3}]}");
        accept();
        assertThat(posts).hasSize(2);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(inAll).hasValue(0);
        assertThat(events(WebhookOutcome.DELIVERED)).isEqualTo(3);
    }

    @Test
    void shouldSendNoMoreThanItsBoundInOneRequest() {
        for (int i = 0; i < 60; i++) {
            offer(i);
        }
        accept();
        assertThat(last().body().split("\"n\"", -1)).hasSize(1 + WebhookLimits.EVENTS_PER_REQUEST);
        accept();
        accept();
        assertThat(posts).hasSize(3);
    }

    @Test
    void shouldTryTheSameAgainAfterGrowingDelaysAndKeepTheOrder() {
        offer(1);
        refuse();
        offer(2);
        pass(10_000);
        refuse();
        pass(10_000);
        refuse();
        pass(10_000);
        assertThat(posts).hasSize(4);
        assertThat(posts).allSatisfy(post -> {
            assertThat(post.body()).isEqualTo("{\"version\":1,\"events\":[{\"n\":1}]}");
            assertThat(post.headers()).containsEntry("tandem-delivery", "an-id-of-a-delivery-1");
        });
        assertThat(posts.get(1).atMillis() - posts.get(0).atMillis()).isEqualTo(1_000);
        assertThat(posts.get(2).atMillis() - posts.get(1).atMillis()).isEqualTo(9_000 + 2_000);
        assertThat(posts.get(3).atMillis() - posts.get(2).atMillis()).isEqualTo(8_000 + 4_000);
        accept();
        assertThat(last().body()).contains("\"n\":2");
    }

    @Test
    void shouldShortenADelayByChanceToNoLessThanHalf() {
        chance = 0;
        offer(1);
        refuse();
        pass(400);
        assertThat(posts).hasSize(1);
        pass(100);
        assertThat(posts).hasSize(2);
    }

    @Test
    void shouldWaitForAsLongAsItIsAskedToButNotForEver() {
        offer(1);
        answer(Outcome.REFUSED, 429, 3_000);
        pass(2_900);
        assertThat(posts).hasSize(1);
        pass(100);
        assertThat(posts).hasSize(2);
        answer(Outcome.REFUSED, 503, 999_999_000);
        pass(4_000);
        assertThat(posts).hasSize(3);
    }

    @Test
    void shouldGiveUpAfterSoManyAttemptsAndGoOnWithTheNext() {
        offer(1);
        for (int i = 1; i <= 4; i++) {
            refuse();
            offer(1 + i);
            pass(4_000);
        }
        assertThat(events(WebhookOutcome.ABANDONED)).isEqualTo(1);
        assertThat(last().body()).contains("\"n\":2");
    }

    @Test
    void shouldGiveUpWhatIsTooOld() {
        offer(1);
        offer(2);
        pass(LIMITS.ageMillis() + 100);
        offer(3);
        refuse();
        assertThat(events(WebhookOutcome.ABANDONED)).isEqualTo(2);
        assertThat(last().body()).isEqualTo("{\"version\":1,\"events\":[{\"n\":3}]}");
    }

    @Test
    void shouldDropWhatDoesNotFit() {
        for (int i = 0; i < 105; i++) {
            offer(i);
        }
        assertThat(events(WebhookOutcome.DROPPED)).isEqualTo(5);
        inAll.addAndGet(50);
        accept();
        offer(200);
        offer(201);
        assertThat(events(WebhookOutcome.DROPPED)).isEqualTo(6);
    }

    @Test
    void shouldTellHowOldTheOldestIs() {
        assertThat(queue.oldestMillis()).isZero();
        offer(1);
        long first = nowMillis;
        pass(500);
        offer(2);
        assertThat(queue.oldestMillis()).isEqualTo(first);
        accept();
        assertThat(queue.oldestMillis()).isEqualTo(first + 500);
        accept();
        assertThat(queue.oldestMillis()).isZero();
    }

    @Test
    void shouldTryOnceMoreAtTheEndAndAbandonTheRest() {
        offer(1);
        refuse();
        offer(2);
        queue.hurry();
        assertThat(posts).hasSize(2);
        accept();
        refuse();
        assertThat(events(WebhookOutcome.DELIVERED)).isEqualTo(1);
        assertThat(events(WebhookOutcome.ABANDONED)).isEqualTo(1);
        assertThat(queue.isEmpty()).isTrue();

        offer(3);
        queue.abandon();
        accept();
        assertThat(events(WebhookOutcome.ABANDONED)).isEqualTo(2);
        assertThat(inAll).hasValue(0);
    }

    /** By openssl: {@code printf '1795435200.{"version":1,"events":[{"n":1}]}' | openssl dgst -sha256 -hmac KEY}. */
    @Test
    void shouldSignTimeAndBodyWithEachSecret() {
        nowMillis = 1_795_435_200_999L;
        offer(1);
        assertThat(last().headers().get("tandem-signature"))
                .isEqualTo(
                        "t=1795435200,v1=581e8181f0ef2219cc33fd969c867a731282cc1c05a66a09bb386a20a4d30b89,v1=778817b3e76735e3979370bc7070077a8f1e2ddf971474b0b636da594a4f340f");
        assertThat(last().headers()).containsEntry("content-type", "application/json");
        assertThat(OpenApiContract.ofTheRelay().text()).contains("Tandem-Signature");
        assertThat(TARGET.toString() + TARGET.secrets()).doesNotContain("whsec", "before", "hooks");
    }
}
