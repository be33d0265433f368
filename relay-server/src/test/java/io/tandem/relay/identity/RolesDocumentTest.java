package io.tandem.relay.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code docs/ROLES.md} says what the code does. */
class RolesDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "ROLES.md");
    private static final String NEVER = "–";

    private static final Set<String> WAITING = Set.of("WAITING VIEW_ONLY", "WAITING SHARED");
    private static final Set<String> ACTIVE = Set.of("ACTIVE VIEW_ONLY", "ACTIVE SHARED");
    private static final Set<String> PAUSED = Set.of("PAUSED VIEW_ONLY", "PAUSED SHARED");
    private static final Set<String> ENDED = Set.of("ENDED VIEW_ONLY", "ENDED SHARED");

    private static Set<String> together(List<Set<String>> sets) {
        Set<String> all = new LinkedHashSet<>();
        sets.forEach(all::addAll);
        return all;
    }

    /** The rows whose first column is in capitals, or in small letters; each without its outer bars. */
    private static List<List<String>> rows(String firstColumn) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            if (line.matches("\\| " + firstColumn + " \\|.*")) {
                rows.add(Arrays.stream(line.substring(1, line.length() - 1).split("\\|", -1))
                        .map(String::strip)
                        .toList());
            }
        }
        return rows;
    }

    @Test
    void shouldSayWhatEachRoleMaySend() throws IOException {
        List<List<String>> expected = new ArrayList<>();
        for (FrameType type : FrameType.values()) {
            expected.add(
                    List.of(type.name(), when(Role.CONSUMER, type), when(Role.AGENT, type), when(Role.OBSERVER, type)));
        }
        assertThat(rows("[A-Z_]+")).isEqualTo(expected);
    }

    private static String when(Role role, FrameType type) {
        Set<String> allowed = new LinkedHashSet<>();
        Set<CloseCode> closes = new LinkedHashSet<>();
        for (SessionState state : SessionState.values()) {
            for (Mode mode : Mode.values()) {
                Verdict verdict = Permissions.verdict(role, state, mode, type);
                if (verdict instanceof Verdict.Allow) {
                    allowed.add(state + " " + mode);
                } else if (verdict instanceof Verdict.Close close) {
                    closes.add(close.code());
                }
            }
        }
        if (!closes.isEmpty()) {
            assertThat(allowed).isEmpty();
            return closes.equals(Set.of(CloseCode.MALFORMED)) ? "first, once" : NEVER;
        }
        return inWords(allowed);
    }

    private static String inWords(Set<String> allowed) {
        if (allowed.equals(together(List.of(WAITING, ACTIVE, PAUSED, ENDED)))) {
            return "always";
        }
        if (allowed.equals(together(List.of(WAITING, ACTIVE, PAUSED)))) {
            return "until it ends";
        }
        if (allowed.equals(together(List.of(ACTIVE, PAUSED)))) {
            return "while live";
        }
        if (allowed.equals(ACTIVE)) {
            return "while active";
        }
        if (allowed.equals(WAITING)) {
            return "while waiting";
        }
        return allowed.equals(Set.of("ACTIVE SHARED")) ? "shared only" : allowed.toString();
    }

    @Test
    void shouldSayWhatEachTokenMayAsk() throws IOException {
        List<List<String>> expected = new ArrayList<>();
        for (AgentAct act : AgentAct.values()) {
            expected.add(List.of(act.label(), yesOrNo(act, AgentRole.AGENT), yesOrNo(act, AgentRole.SUPERVISOR)));
        }
        List<List<String>> said = rows("[a-z ]+").stream()
                .filter(row -> row.size() == 4 && row.get(1).startsWith("`"))
                .map(row -> List.of(row.get(0), row.get(2), row.get(3)))
                .toList();
        assertThat(said).isEqualTo(expected);
    }

    private static String yesOrNo(AgentAct act, AgentRole role) {
        return act.isFor(role) ? "yes" : NEVER;
    }
}
