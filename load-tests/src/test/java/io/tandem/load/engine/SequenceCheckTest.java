package io.tandem.load.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SequenceCheckTest {
    private final SequenceCheck check = new SequenceCheck();

    @Test
    void shouldCountWhatWasLeftOutAndTellWhatCameTwice() {
        assertThat(check.last()).isZero();
        assertThat(check.accept(1)).isZero();
        assertThat(check.accept(2)).isZero();
        assertThat(check.accept(5)).isEqualTo(2);
        assertThat(check.accept(5)).isNegative();
        assertThat(check.accept(3)).isNegative();
        assertThat(check.accept(6)).isZero();
        assertThat(check.last()).isEqualTo(6);
    }
}
