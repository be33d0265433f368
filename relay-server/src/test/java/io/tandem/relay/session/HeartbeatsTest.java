package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.carrier.PlantedError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {
    private static final long PERIOD_MILLIS = 100;

    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel channel =
            EmbeddedChannel.builder().ticker(ticker).build();
    private final Heartbeats heartbeats = new Heartbeats(channel.eventLoop(), ticker, PERIOD_MILLIS);
    private final List<String> beats = new ArrayList<>();

    @AfterEach
    void endLoop() {
        channel.close();
    }

    private class Beating extends Heartbeats.Member {
        private final String name;

        Beating(String name) {
            this.name = name;
        }

        @Override
        void heartbeat() {
            beats.add(name);
        }
    }

    private void pass(long millis) {
        ticker.advance(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void shouldBeatOncePerPeriodEachAtItsOwnTime() {
        heartbeats.begin(new Beating("a"));
        pass(40);
        heartbeats.begin(new Beating("b"));
        pass(59);
        assertThat(beats).isEmpty();
        pass(1);
        assertThat(beats).containsExactly("a");
        pass(40);
        assertThat(beats).containsExactly("a", "b");
        pass(60);
        pass(40);
        assertThat(beats).containsExactly("a", "b", "a", "b");
    }

    @Test
    void shouldForgetWhoLeaves() {
        Beating first = new Beating("first");
        Beating middle = new Beating("middle");
        Beating last = new Beating("last");
        List.of(first, middle, last).forEach(heartbeats::begin);
        heartbeats.end(middle);
        heartbeats.end(middle);
        pass(PERIOD_MILLIS);
        assertThat(beats).containsExactly("first", "last");
        heartbeats.end(first);
        heartbeats.end(last);
        pass(PERIOD_MILLIS);
        assertThat(beats).hasSize(2);
        heartbeats.begin(middle);
        pass(PERIOD_MILLIS);
        assertThat(beats).containsExactly("first", "last", "middle");
    }

    @Test
    void shouldLetOneLeaveAtItsOwnHeartbeat() {
        Beating leaving = new Beating("leaving") {
            @Override
            void heartbeat() {
                super.heartbeat();
                heartbeats.end(this);
            }
        };
        heartbeats.begin(leaving);
        heartbeats.begin(new Beating("staying"));
        pass(PERIOD_MILLIS);
        pass(PERIOD_MILLIS);
        assertThat(beats).containsExactly("leaving", "staying", "staying");
    }

    @Test
    void shouldGoOnAfterAFaultAndNotCatchUpWhatALateLoopMissed() {
        heartbeats.begin(new Beating("broken") {
            @Override
            void heartbeat() {
                super.heartbeat();
                throw new IllegalStateException("planted");
            }
        });
        heartbeats.begin(new Beating("well"));
        pass(5 * PERIOD_MILLIS);
        assertThat(beats).containsExactly("broken", "well");
        pass(PERIOD_MILLIS);
        assertThat(beats).containsExactly("broken", "well", "broken", "well");
    }

    @Test
    void shouldGoOnAfterAnErrorInThisPeriodAndTheNext() {
        heartbeats.begin(new Beating("first"));
        heartbeats.begin(new Beating("broken") {
            @Override
            void heartbeat() {
                super.heartbeat();
                throw new PlantedError();
            }
        });
        heartbeats.begin(new Beating("last"));
        pass(PERIOD_MILLIS);
        assertThat(beats).containsExactly("first", "broken", "last");
        beats.clear();
        pass(PERIOD_MILLIS);
        assertThat(beats).containsExactly("first", "broken", "last");
    }

    @Test
    void shouldBeatOnceInAPeriodAlsoForWhoComesInOne() {
        Beating coming = new Beating("coming");
        heartbeats.begin(new Beating("there") {
            @Override
            void heartbeat() {
                super.heartbeat();
                if (beats.size() == 1) {
                    heartbeats.begin(coming);
                }
            }
        });
        pass(PERIOD_MILLIS);
        pass(PERIOD_MILLIS);
        pass(PERIOD_MILLIS);
        assertThat(beats).containsExactly("there", "there", "coming", "there", "coming");
    }

    @Test
    void shouldHaveOneOnlyOnceInLine() {
        Beating member = new Beating("a");
        heartbeats.begin(member);
        assertThatThrownBy(() -> heartbeats.begin(member)).isInstanceOf(IllegalStateException.class);
    }
}
