package io.tandem.load.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartedTest {
    @Test
    void shouldEndAllOfItWhereSomeCannotBeEnded() {
        List<String> ended = new ArrayList<>();
        Started started = new Started();
        started.endBy(() -> ended.add("first"));
        started.endBy(() -> {
            throw new IllegalStateException("second");
        });
        started.endBy(() -> ended.add("third"));
        started.endBy(() -> {
            throw new IllegalStateException("fourth");
        });

        assertThatThrownBy(started::close)
                .hasMessage("fourth")
                .satisfies(failed -> assertThat(failed.getSuppressed()).hasSize(1));
        assertThat(ended).containsExactly("third", "first");
    }
}
