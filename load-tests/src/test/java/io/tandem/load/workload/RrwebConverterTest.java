package io.tandem.load.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.load.workload.Step.Sender;
import io.tandem.relay.frame.FrameType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RrwebConverterTest {
    private static final RrwebConverter.Options WHOLE = new RrwebConverter.Options(1, 2, 1500);

    @TempDir
    private Path folder;

    private Recording convert(String... lines) throws IOException {
        Path file = folder.resolve("shop.jsonl");
        Files.write(file, List.of(lines));
        return RrwebConverter.convert(file, WHOLE);
    }

    /** Text that does not shrink much. */
    private static String noise(int length) {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('!' + 2 + random.nextInt(50)));
        }
        return text.toString().replace('\\', '/');
    }

    private static String snapshot(long at, int length) {
        return "{\"type\":2,\"data\":{\"node\":{\"type\":0,\"text\":\"" + noise(length) + "\"}},\"timestamp\":" + at
                + "}";
    }

    private static String mutation(long at) {
        return "{\"type\":3,\"data\":{\"source\":0,\"texts\":[{\"id\":9,\"value\":\"x\"}]},\"timestamp\":" + at + "}";
    }

    private static String interaction(long at, int source, int type) {
        return String.format(
                Locale.ROOT,
                "{\"type\":3,\"data\":{\"source\":%d,\"type\":%d,\"id\":4},\"timestamp\":%d}",
                source,
                type,
                at);
    }

    @Test
    void shouldCutASnapshotAsATagDoesAndPaceItsParts() throws IOException {
        Recording recording = convert("{\"type\":4,\"data\":{},\"timestamp\":1000}", snapshot(1100, 20_000));

        List<Step> steps = recording.steps();
        assertThat(recording.name()).isEqualTo("shop");
        assertThat(steps).hasSizeGreaterThan(2).allMatch(step -> step.type() == FrameType.KEYFRAME);
        assertThat(steps.get(0).atMicros()).isEqualTo(100_000);
        assertThat(steps.get(0).payloadBytes()).isEqualTo(8 << 10);
        assertThat(steps.get(0).more()).isTrue();
        // 8 KiB take 43.7 ms at 1500 kbit/s.
        assertThat(steps.get(1).atMicros() - steps.get(0).atMicros()).isBetween(43_000L, 44_000L);
        assertThat(steps.get(steps.size() - 1).more()).isFalse();
    }

    @Test
    void shouldGatherChangesForFiftyMilliseconds() throws IOException {
        Recording recording = convert(mutation(0), mutation(20), mutation(40), mutation(60), mutation(500));

        assertThat(recording.steps()).extracting(Step::atMicros).containsExactly(50_000L, 110_000L, 550_000L);
        assertThat(recording.steps()).allMatch(step -> step.type() == FrameType.MUTATIONS && !step.more());
    }

    @Test
    void shouldMakeMovesCursorsAndEverySecondDeedTheAgents() throws IOException {
        Recording recording = convert(
                "{\"type\":3,\"data\":{\"source\":1,\"positions\":[{\"x\":1,\"y\":2,\"id\":3,\"timeOffset\":-40},"
                        + "{\"x\":5,\"y\":2,\"id\":3,\"timeOffset\":0}]},\"timestamp\":100}",
                interaction(150, 2, 2),
                interaction(160, 2, 5),
                interaction(300, 5, 0));

        assertThat(recording.steps())
                .extracting(step -> step.sender() + " " + step.type())
                .containsExactly("TAG CURSOR", "TAG CURSOR", "TAG CLICK_MARK", "AGENT INPUT", "TAG MUTATIONS");
        assertThat(recording.lengthMicros())
                .isGreaterThan(recording.steps().get(4).atMicros());
    }

    @Test
    void shouldNameTheLineThatIsNoEvent() {
        assertThatThrownBy(() -> convert(mutation(1), "{\"type\":3}"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("shop.jsonl:2")
                .hasMessageContaining("timestamp");
        assertThatThrownBy(() -> convert("nonsense")).hasMessageContaining("shop.jsonl:1");
    }

    @Test
    void shouldGoFaster() throws IOException {
        Recording recording = convert(mutation(0), mutation(1000));
        Recording twice = recording.faster(2);

        assertThat(twice.framesPerSecond()).isEqualTo(2 * recording.framesPerSecond());
        assertThat(twice.bytesPerSecond(Sender.TAG)).isGreaterThan(1.9 * recording.bytesPerSecond(Sender.TAG));
        assertThatThrownBy(() -> recording.faster(0)).hasMessageContaining("more than 0");
    }
}
