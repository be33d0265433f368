package io.tandem.relay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tandem.relay.audit.webhook.WebhookOutcome;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.Role;
import io.tandem.relay.metering.AuditMeters;
import io.tandem.relay.session.AuditEvent;
import io.tandem.relay.session.AuditEvent.Actor;
import io.tandem.relay.session.AuditKind;
import io.tandem.relay.session.AuditRefusal;
import io.tandem.relay.session.EndReason;
import io.tandem.relay.testing.OpenApiContract;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class AuditTrailTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.007900Z");
    private static final String SESSION = "0123456789abcdefghjkmnpqrs";
    private static final Actor AGENT = new Actor(Role.AGENT, 2, "ada\u2028\ud83d");
    private static final OpenApiContract CONTRACT = OpenApiContract.ofTheRelay();

    @TempDir
    private Path folder;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AuditMeters meters =
            new AuditMeters(registry, AuditOutcome.labels(), WebhookOutcome.labels(), WebhookOutcome.attemptLabels());
    private final AtomicInteger ids = new AtomicInteger();
    private final AuditTrail.Stamps stamps =
            new AuditTrail.Stamps("node-1", () -> "an-id-of-an-event-" + ids.incrementAndGet(), () -> NOON);

    /** Keeps what it is given, once it is let. */
    private static final class Kept implements AuditTarget {
        private final CountDownLatch open = new CountDownLatch(1);
        private final List<String> lines = new ArrayList<>();

        @Override
        public void take(AuditRecord event) {
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            lines.add(new String(event.json(), StandardCharsets.UTF_8));
        }

        @Override
        public void close(long withinMillis) {}
    }

    private AuditTrail trail(AuditTarget target, int capacity) {
        return new AuditTrail(stamps, List.of("shop"), List.of(target), meters, capacity);
    }

    private static AuditEvent event(AuditKind kind, AuditEvent.Detail detail) {
        return new AuditEvent(kind, "shop", SESSION, 3, AGENT, detail);
    }

    private double count(String outcome) {
        return registry.get("tandem.audit.events")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    @Test
    void shouldWriteALineOfItsSchemaForEveryKind() {
        Kept kept = new Kept();
        kept.open.countDown();
        AuditTrail trail = trail(kept, 100);
        for (AuditKind kind : AuditKind.values()) {
            AuditEvent.Detail detail = switch (kind) {
                case INVITATION_OFFERED,
                        INVITATION_ACCEPTED,
                        INVITATION_DECLINED,
                        INVITATION_EXPIRED,
                        INVITATION_WITHDRAWN ->
                    new AuditEvent.Invited("the-invitation", AGENT, Mode.SHARED, "https://shop.example");
                case MODE_ASKED, MODE_DECLINED, MODE_RAISED, MODE_LOWERED ->
                    new AuditEvent.Moded(Mode.SHARED, Mode.VIEW_ONLY);
                case SESSION_ENDED -> new AuditEvent.Ended(EndReason.IDLE, 1234, 5);
                default -> AuditEvent.None.NONE;
            };
            trail.happened(event(kind, detail));
        }
        trail.refused("shop", AuditRefusal.FRAME_OF_ROLE);
        trail.refused("shop", AuditRefusal.FRAME_OF_ROLE);
        trail.refused(null, AuditRefusal.TOKEN);
        trail.refused("another", AuditRefusal.TOKEN);
        trail.close();
        assertThat(kept.lines).hasSize(AuditKind.values().length + 2);
        assertThat(kept.lines)
                .allSatisfy(line ->
                        assertThat(CONTRACT.schemaFaultsOf("AuditEvent", line)).isEmpty())
                .allMatch(line -> line.chars().allMatch(c -> c >= ' ' && c < 127));
        assertThat(kept.lines.get(kept.lines.size() - 3))
                .isEqualTo("{\"version\":1,\"id\":\"an-id-of-an-event-16\",\"time\":\"2026-11-23T12:00:00.007Z\","
                        + "\"type\":\"session.ended\",\"node\":\"node-1\",\"brand\":\"shop\",\"session\":\"" + SESSION
                        + "\",\"sequence\":3,\"actor\":{\"role\":\"agent\",\"participant\":2,"
                        + "\"agent\":\"ada\\u2028\\uD83D\"},\"reason\":\"idle\",\"liveMillis\":1234,\"omitted\":5}");
        assertThat(kept.lines.subList(kept.lines.size() - 2, kept.lines.size()))
                .anyMatch(line -> line.contains("\"brand\":\"shop\",\"refusal\":\"frame-of-role\",\"count\":2,"))
                .anyMatch(line -> line.contains("\"node\":\"node-1\",\"refusal\":\"token\",\"count\":2,"));
    }

    @Test
    void shouldDropAndCountWhatDoesNotFitAndNeverWait() {
        Kept slow = new Kept();
        AuditTrail trail = trail(slow, 3);
        for (int i = 0; i < 100; i++) {
            trail.happened(event(AuditKind.SESSION_PAUSED, AuditEvent.None.NONE));
        }
        // One may be with the thread already, which has room for another.
        assertThat(count("dropped")).isBetween(96.0, 97.0);
        slow.open.countDown();
        trail.close();
        assertThat(slow.lines).hasSize((int) (100 - count("dropped")));
        trail.happened(event(AuditKind.SESSION_PAUSED, AuditEvent.None.NONE));
        assertThat(slow.lines).hasSizeLessThan(5);
    }

    private AuditRecord line(String text) {
        return new AuditRecord("shop", NOON, text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldBeginANewFileWhereALineDoesNotFitAndKeepSoMany() throws Exception {
        Path path = folder.resolve("audit.jsonl");
        AuditFile file = new AuditFile(path, 10, 2, meters);
        for (String text : List.of("one", "two", "three", "four", "longer than the bound", "six")) {
            file.take(line(text));
        }
        file.close(0);
        assertThat(path).hasContent("six\n");
        assertThat(folder.resolve("audit.jsonl.1")).hasContent("longer than the bound\n");
        assertThat(folder.resolve("audit.jsonl.2")).hasContent("four\n");
        assertThat(folder).isDirectoryNotContaining(each -> each.endsWith("audit.jsonl.3"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .doesNotEndWith("r--");
        assertThat(count("written")).isEqualTo(6);
    }

    @Test
    void shouldEndALineThatAKillCutAndGoOnBehindIt() throws Exception {
        Path path = folder.resolve("audit.jsonl");
        Files.writeString(path, "whole\nhal");
        AuditFile file = new AuditFile(path, 1000, 2, meters);
        file.take(line("next"));
        file.close(0);
        assertThat(path).hasContent("whole\nhal\nnext\n");
    }

    @Test
    void shouldCountWhatCannotBeWrittenAndTryAgain() throws Exception {
        Path missing = folder.resolve("away");
        AuditFile file = new AuditFile(missing.resolve("audit.jsonl"), 1000, 2, meters);
        file.take(line("lost"));
        assertThat(count("failed")).isEqualTo(1);
        Files.createDirectory(missing);
        file.take(line("kept"));
        file.close(0);
        assertThat(missing.resolve("audit.jsonl")).hasContent("kept\n");
    }
}
