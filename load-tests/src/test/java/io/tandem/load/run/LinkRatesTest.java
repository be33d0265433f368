package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tandem.load.engine.Traffic;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinkRatesTest {
    private static final double THREE_DIGITS = 1e-3;

    @Test
    void shouldTellTheSessionInTheMiddleOfAllGeneratorsTogether() {
        // In 10 s: 100 and 800 kbit/s by one generator, 300 by the other.
        LinkRates one = LinkRates.of(List.of(new Traffic(125_000, 0), new Traffic(1_000_000, 12_500)), 10);
        LinkRates other = LinkRates.of(List.of(new Traffic(375_000, 25_000)), 10);

        Bandwidth both = Bandwidth.of(one.plus(other));

        assertThat(both.upMedian()).isCloseTo(300, within(300 * THREE_DIGITS));
        assertThat(both.upMost()).isCloseTo(800, within(800 * THREE_DIGITS));
        assertThat(both.downMedian()).isCloseTo(10, within(10 * THREE_DIGITS));
        assertThat(both.downMost()).isCloseTo(20, within(20 * THREE_DIGITS));
    }

    @Test
    void shouldBeNothingWithoutSessions() {
        assertThat(Bandwidth.of(LinkRates.none())).isEqualTo(new Bandwidth(0, 0, 0, 0));
    }
}
