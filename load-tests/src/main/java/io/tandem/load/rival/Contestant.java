package io.tandem.load.rival;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A relay in a side-by-side, and the part of the machine that it has.
 *
 * @param rival null for the product
 * @param loops event loops, null for what all have
 * @param cpus as taskset names them, null for what all have
 */
public record Contestant(
        @Nullable Rival rival,
        @Nullable Integer loops,
        @Nullable String cpus) {
    /** What the product is called beside its rivals. */
    public static final String PRODUCT = "Tandem";

    private static final Pattern TEXT = Pattern.compile("(\\w+)(?:/(\\d+))?(?:@([\\d-]+))?");

    /** Reads {@code bare_netty}, {@code bare_netty/2} or {@code bare_netty/2@0-1}: a rival, its event loops, its processors. */
    public static Contestant parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("a rival is NAME[/LOOPS][@CPUS], not " + text);
        }
        String loops = parts.group(2);
        return new Contestant(
                Rival.valueOf(parts.group(1).toUpperCase(Locale.ROOT)),
                loops == null ? null : Integer.valueOf(loops),
                parts.group(3));
    }

    /** For reports: with what it has for itself alone. */
    public String words() {
        StringBuilder words = new StringBuilder(rival == null ? PRODUCT : rival.words());
        if (loops != null) {
            words.append(loops == 1 ? ", 1 event loop" : ", " + loops + " event loops");
        }
        return cpus == null
                ? words.toString()
                : words.append(", on CPU ").append(cpus).toString();
    }

    /** Whether it can be reached so. */
    boolean rides(Transport transport) {
        return transport == Transport.WEBSOCKET || rival == null || rival.polls();
    }
}
