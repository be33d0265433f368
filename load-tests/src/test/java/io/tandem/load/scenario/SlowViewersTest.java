package io.tandem.load.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What makes the scenario fail. */
class SlowViewersTest {
    private static final int STOPPED = 10;
    private static final SlowViewers.Memory BEFORE = new SlowViewers.Memory(100L << 20, 0, 0, 0);
    private static final SlowViewers.Memory FULL =
            new SlowViewers.Memory(110L << 20, 0, STOPPED * SlowViewers.FULL_BYTES, SlowViewers.FULL_BYTES);

    private static SlowViewers.Outcome outcome(SlowViewers.Memory highest, long p99During, int wentOn, long lost) {
        return new SlowViewers.Outcome(
                STOPPED,
                BEFORE,
                highest,
                new Latencies(100, 500, 2_000, 3_000),
                new Latencies(100, 500, 900_000, 900_000),
                new Latencies(100, 500, p99During, p99During),
                wentOn,
                0,
                1,
                lost);
    }

    @Test
    void shouldFindNothingWrongWhereEverythingIsWithinTheRule() {
        assertThat(outcome(FULL, 52_000, STOPPED, 0).faults()).isEmpty();
    }

    @Test
    void shouldTellEachPartOfTheRuleThatIsBroken() {
        SlowViewers.Memory over = new SlowViewers.Memory(
                110L << 20, 0, STOPPED * SlowViewers.FULL_BYTES, SlowViewers.BYTES_PER_STOPPED_VIEWER + 1);
        assertThat(outcome(over, 2_000, STOPPED, 0).faults())
                .singleElement()
                .asString()
                .contains("memory");
        assertThat(outcome(BEFORE, 2_000, STOPPED, 0).faults())
                .singleElement()
                .asString()
                .contains("too little");
        assertThat(outcome(FULL, 52_001, STOPPED, 0).faults())
                .singleElement()
                .asString()
                .contains("p99");
        assertThat(outcome(FULL, 2_000, STOPPED - 1, 0).faults())
                .singleElement()
                .asString()
                .contains("1 stopped viewers did not resume");
        assertThat(outcome(FULL, 2_000, STOPPED, 1).faults())
                .singleElement()
                .asString()
                .contains("missing");
    }
}
