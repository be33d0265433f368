package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrendTest {
    private static final double MIB = 1 << 20;
    private static final int SECONDS = 900;

    private static List<Trend.Point> eachSecond(IntToDoubleFunction bytes) {
        return IntStream.range(0, SECONDS)
                .mapToObj(second -> new Trend.Point(second, bytes.applyAsDouble(second)))
                .toList();
    }

    @Test
    void shouldFindASlopeThroughNoise() {
        SplittableRandom random = new SplittableRandom(7);

        Trend trend = Trend.ofMeans(
                eachSecond(second -> 100 * MIB + second * 60 * MIB / 3_600 + random.nextDouble(-MIB, MIB)));

        assertThat(trend.mebibytesPerHour()).isCloseTo(60, within(5.0));
        assertThat(trend.judge(20)).isEqualTo(Trend.Verdict.GROWS);
        assertThat(trend.judge(100)).isEqualTo(Trend.Verdict.FLAT);
    }

    @Test
    void shouldLookAtTheLeastWhereACollectorLeavesMoreAndMoreAndThenClears() {
        List<Trend.Point> saw = eachSecond(second -> (20 + second % 30) * MIB);

        assertThat(Trend.ofLeast(saw).judge(1)).isEqualTo(Trend.Verdict.FLAT);
    }

    @Test
    void shouldNotCallFlatWhatItDoesNotKnow() {
        SplittableRandom random = new SplittableRandom(7);

        assertThat(Trend.ofMeans(List.of()).judge(1_000)).isEqualTo(Trend.Verdict.UNSURE);
        assertThat(Trend.ofMeans(eachSecond(second -> 100 * MIB).subList(0, 2)).judge(1_000))
                .isEqualTo(Trend.Verdict.UNSURE);
        assertThat(Trend.ofMeans(eachSecond(second -> random.nextDouble(0, 500 * MIB)))
                        .judge(1))
                .isEqualTo(Trend.Verdict.UNSURE);
    }
}
