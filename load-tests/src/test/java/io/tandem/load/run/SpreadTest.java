package io.tandem.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void shouldTakeTheOneInTheMiddleOrTheMeanOfTwo() {
        assertThat(new Spread(List.of(9.0, 1.0, 3.0)).median()).isEqualTo(3);
        assertThat(new Spread(List.of(4.0, 1.0, 3.0, 2.0)).median()).isEqualTo(2.5);
    }

    @Test
    void shouldSayHowFarTheyLieApart() {
        assertThat(new Spread(List.of(0.5, 0.25))).hasToString("0.38 (0.25-0.50)");
        assertThat(new Spread(List.of(120.4))).hasToString("120 (120-120)");
    }
}
