package io.tandem.relay.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlineTest {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel channel =
            EmbeddedChannel.builder().ticker(ticker).build();
    private final Deadline deadline = new Deadline(channel.eventLoop());
    private final List<String> done = new ArrayList<>();

    @AfterEach
    void endLoop() {
        channel.close();
    }

    private void set(String what, long millis) {
        deadline.set(() -> done.add(what), millis);
    }

    private void pass(long millis) {
        ticker.advance(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void shouldDoWhatIsDueOnceAndOnTime() {
        set("it", 100);
        pass(99);
        assertThat(done).isEmpty();
        pass(1);
        pass(1_000);
        assertThat(done).containsExactly("it");
    }

    @Test
    void shouldWaitForTheRestWhereItWasPutOff() {
        set("first", 100);
        pass(60);
        set("second", 100);
        pass(40);
        assertThat(done).isEmpty();
        pass(59);
        assertThat(done).isEmpty();
        pass(1);
        assertThat(done).containsExactly("second");
    }

    @Test
    void shouldRingEarlierWhereItWasBroughtForward() {
        set("late", 100);
        set("soon", 10);
        pass(10);
        assertThat(done).containsExactly("soon");
        pass(1_000);
        assertThat(done).containsExactly("soon");
    }

    @Test
    void shouldDoNothingWhenItIsClearedAndGoOnThen() {
        set("first", 100);
        pass(50);
        deadline.clear();
        pass(20);
        set("second", 100);
        pass(99);
        assertThat(done).isEmpty();
        pass(1);
        assertThat(done).containsExactly("second");
        set("third", 100);
        deadline.clear();
        pass(1_000);
        assertThat(done).containsExactly("second");
    }

    @Test
    void shouldSetItselfAgainFromWhatIsDue() {
        deadline.set(
                () -> {
                    done.add("first");
                    set("second", 100);
                },
                100);
        pass(100);
        pass(99);
        assertThat(done).containsExactly("first");
        pass(1);
        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void shouldLeaveNoTimerBehind() {
        set("it", 100);
        deadline.end();
        assertThat(channel.runScheduledPendingTasks())
                .as("nothing is scheduled")
                .isNegative();
        pass(1_000);
        assertThat(done).isEmpty();
    }

    @Test
    void shouldHaveOneTimerHoweverOftenItIsPutOff() {
        for (int i = 0; i < 100; i++) {
            set("it", 100);
            pass(1);
            deadline.clear();
            set("it", 200);
        }
        deadline.end();
        assertThat(channel.runScheduledPendingTasks()).isNegative();
    }
}
