package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.peer.RelayRest;
import io.tandem.relay.frame.FrameType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What operators are given speaks of what a real relay says. */
class OperationsIT {
    private static final Path DASHBOARD = Path.of("../deploy/grafana/tandem-relay.json");
    private static final Path ALERTS = Path.of("../deploy/prometheus/alerts.yml");
    private static final Path RUNBOOK = Path.of("../docs/RUNBOOK.md");

    /** A panel's expression, as JSON writes it. */
    private static final Pattern PANEL = Pattern.compile("\"expr\": \"((?:[^\"\\\\]|\\\\.)*)\"");

    /** An alert's: to the end of its line, or the lines below that are indented further. */
    private static final Pattern RULE = Pattern.compile("(?m)^ {8}expr: (.*(?:\\R {10}.*)*)");

    /** What in an expression is no metric: labels and texts, durations, functions and operators with their lists of labels. */
    private static final Pattern NO_METRIC =
            Pattern.compile("\\{[^}]*}|\\[[^]]*]|\"[^\"]*\"|\\b(?:by|on|group_left) ?\\([^)]*\\)"
                    + "|\\b[a-z_]+(?= ?\\(| by )|\\b(?:and|or|offset|by|on)\\b|\\b[0-9]+[smhd]\\b");

    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]*");

    /** What Prometheus itself says of each of its targets. */
    private static final Set<String> OF_PROMETHEUS = Set.of("up");

    private static RunningRelay relay;
    private static String scrape;

    @BeforeAll
    static void start() {
        relay = new RunningRelay();
        try (RunningRelay.Pair pair = relay.pair("shared")) {
            pair.agent().cursor(pair.tag().epoch(), new byte[5]);
            pair.tag().peer().await(FrameType.CURSOR);
            scrape = scrape();
        }
    }

    @AfterAll
    static void stop() {
        relay.close();
    }

    private static String scrape() {
        RelayRest.Answer answer = relay.rest().call("GET", "/metrics", "", "");
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }

    private static Set<String> given() {
        return scrape.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toSet());
    }

    private static Set<String> asked(Path file, Pattern expression) throws IOException {
        return expression
                .matcher(Files.readString(file))
                .results()
                .map(found -> found.group(1).replace("\\\"", "\""))
                .map(text -> NO_METRIC.matcher(text).replaceAll(" "))
                .flatMap(text -> NAME.matcher(text).results().map(MatchResult::group))
                .filter(name -> !OF_PROMETHEUS.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void shouldGiveEveryMetricThatTheDashboardShows() throws IOException {
        assertThat(asked(DASHBOARD, PANEL))
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(given()).contains(name));
    }

    @Test
    void shouldGiveEveryMetricThatAnAlertLooksAt() throws IOException {
        assertThat(asked(ALERTS, RULE))
                .hasSizeGreaterThan(10)
                .allSatisfy(name -> assertThat(given()).contains(name));
    }

    @Test
    void shouldShowEveryMeterOfTheRelaysOwn() throws IOException {
        String dashboard = Files.readString(DASHBOARD);
        Stream<String> own = scrape.lines()
                .filter(line -> line.startsWith("# TYPE tandem_"))
                .map(line -> line.substring("# TYPE ".length(), line.lastIndexOf(' ')))
                .filter(name -> !name.endsWith("_max"));
        assertThat(own)
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(dashboard).contains(name));
    }

    @Test
    void shouldExplainEveryPanelWithAUnitAndADescription() throws IOException {
        String[] panels = Files.readString(DASHBOARD).split("\"type\": \"(?=timeseries|heatmap|stat)");
        assertThat(Arrays.stream(panels).skip(1))
                .hasSizeGreaterThan(20)
                .allMatch(panel -> panel.matches("(?s).*\"title\": \"[^\"]+\".*"))
                .allMatch(panel -> panel.matches("(?s).*\"description\": \"[^\"]+\".*"))
                .allMatch(panel -> panel.matches("(?s).*\"unit\": \"[^\"]+\".*"));
    }

    @Test
    void shouldHaveASectionOfTheRunbookForEveryAlert() throws IOException {
        String runbook = Files.readString(RUNBOOK);
        String alerts = Files.readString(ALERTS);
        assertThat(Pattern.compile("- alert: (\\w+)").matcher(alerts).results().map(found -> found.group(1)))
                .hasSizeGreaterThan(10)
                .allSatisfy(alert -> assertThat(alerts)
                        .contains("runbook_url: docs/RUNBOOK.md#" + alert.toLowerCase(Locale.ROOT) + "\n"))
                .allSatisfy(alert -> assertThat(runbook).contains("\n### " + alert + "\n"));
    }

    @Test
    void shouldTimeWhatItForwards() {
        assertThat(scrape.lines().filter(line -> line.startsWith("tandem_relay_latency_seconds_count")))
                .singleElement()
                .matches(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))) > 0);
    }

    @Test
    void shouldKnowItsBoundsOfMemory() {
        for (String name : Set.of("tandem_direct_bytes", "tandem_direct_limit_bytes", "tandem_sessions_limit")) {
            assertThat(scrape.lines().filter(line -> line.startsWith(name + " ")))
                    .singleElement()
                    .matches(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))) > 0);
        }
    }
}
