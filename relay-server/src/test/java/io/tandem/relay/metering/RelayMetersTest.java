package io.tandem.relay.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.Lane;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelayMetersTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RelayMeters meters = new RelayMeters(
            registry,
            new RelayMeters.TagValues(
                    List.of("waiting", "active"),
                    List.of("shared"),
                    List.of("paused"),
                    List.of("websocket", "long-poll"),
                    List.of("sessions", "lag"),
                    List.of("budget")));

    RelayMetersTest() {
        meters.measureLoops(() -> 20_000_000, () -> 1);
        meters.limitSessions(20_000);
    }

    private void somethingHappens() {
        meters.countersOfALoop().count(Direction.UP, Lane.PAGE, 100);
        LaneCounters second = meters.countersOfALoop();
        second.count(Direction.UP, Lane.PAGE, 50);
        second.carried(70);
        meters.sessionEntered("waiting", RelayMeters.NO_MODE);
        meters.sessionEntered("active", "shared");
        meters.sessionLeft("waiting", RelayMeters.NO_MODE);
        meters.refused("paused");
        meters.closed(CloseCode.FORBIDDEN);
        meters.channelOpened("long-poll");
        meters.turnedAway("lag");
        meters.held("budget");
        meters.keyframeAsked();
        meters.loopLate(Duration.ofMillis(3));
        meters.budgetUsed(0.2);
        meters.linkMeasured(LinkQuality.FAIR, 800);
        meters.carriers().pointerCollapsed();
        meters.carriers().relayed(TimeUnit.MICROSECONDS.toNanos(120));
    }

    /** The name in a scrape, its tags, and its value after all of the above. */
    @ParameterizedTest(name = "{0}{1}")
    @CsvSource(delimiter = '|', textBlock = """
                    tandem_sessions                       | {mode="none",state="waiting"}     | 0.0
                    tandem_sessions                       | {mode="shared",state="active"}    | 1.0
                    tandem_sessions_limit                 | ''                                | 20000.0
                    tandem_channels                       | {carrier="long-poll"}             | 1.0
                    tandem_frames_total                   | {direction="up",lane="page"}      | 2.0
                    tandem_bytes_total                    | {direction="up",lane="page"}      | 150.0
                    tandem_carried_bytes_total            | {direction="up"}                  | 70.0
                    tandem_refusals_total                 | {reason="paused"}                 | 1.0
                    tandem_closes_total                   | {code="4403"}                     | 1.0
                    tandem_turned_away_total              | {reason="lag"}                    | 1.0
                    tandem_holds_total                    | {reason="budget"}                 | 1.0
                    tandem_keyframes_asked_total          | ''                                | 1.0
                    tandem_pointer_collapsed_frames_total | ''                                | 1.0
                    tandem_loop_lag_seconds               | ''                                | 0.02
                    tandem_loops_behind                   | ''                                | 1.0
                    tandem_loop_delay_seconds_bucket      | {le="0.002"}                      | 0
                    tandem_loop_delay_seconds_bucket      | {le="0.005"}                      | 1
                    tandem_relay_latency_seconds_bucket   | {le="1.0E-4"}                     | 0
                    tandem_relay_latency_seconds_bucket   | {le="1.5E-4"}                     | 1
                    tandem_budget_use_percent_bucket      | {le="10.0"}                       | 0
                    tandem_budget_use_percent_bucket      | {le="25.0"}                       | 1
                    tandem_link_rate_kbps_bucket          | {quality="fair",le="750.0"}       | 0
                    tandem_link_rate_kbps_bucket          | {quality="fair",le="1000.0"}      | 1
                    """)
    void shouldStandInAScrape(String name, String tags, String value) {
        somethingHappens();
        assertThat(registry.scrape().lines()).contains(name + tags + " " + value);
    }

    @Test
    void shouldDescribeEveryMeterThatThereIs() {
        String scrape = registry.scrape();
        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getDescription())
                        .as(meter.getId().getName())
                        .isNotBlank())
                .allSatisfy(meter -> assertThat(meter.getId().getName()).startsWith("tandem."));
        assertThat(scrape.lines().filter(line -> line.startsWith("# TYPE")).count())
                .isEqualTo(scrape.lines()
                        .filter(line -> line.matches("# HELP tandem_\\S+ \\S.*"))
                        .count());
    }

    @Test
    void shouldHaveNoMeterForANameThatWasNotKnownAtStart() {
        assertThatThrownBy(() -> meters.sessionEntered("session-4711", RelayMeters.NO_MODE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("waiting");
        assertThatThrownBy(() -> meters.sessionEntered("waiting", "brand-of-somebody"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shared");
    }

    @Test
    void shouldTimeTheFirstReadThatBringsSomethingAndThenOneInSixteen() {
        MockTicker ticker = Ticker.newMockTicker();
        ReadTiming timing = new ReadTiming(ticker);
        int reads = 100_000;
        for (int i = 0; i < reads; i++) {
            timing.begins();
            ticker.advance(1, TimeUnit.MILLISECONDS);
            timing.ends(meters.carriers(), i > 0);
            if (i < 2) {
                assertThat(registry.get("tandem.relay.latency").timer().count()).isEqualTo(i);
            }
        }
        assertThat(registry.get("tandem.relay.latency").timer().count())
                .isBetween((long) (reads / 17.0), (long) (reads / 15.0));
        assertThat(registry.get("tandem.relay.latency").timer().mean(TimeUnit.MILLISECONDS))
                .isEqualTo(1);
    }
}
