package io.tandem.load.report;

import io.tandem.load.run.Outcome;
import java.util.Locale;

/** An outcome in words, the verdict first. */
public final class Words {
    private static final double BITS_PER_MEGABIT = 1_000_000;
    private static final double BYTES_PER_MEBIBYTE = 1 << 20;

    private Words() {}

    /** The text, of several lines. */
    public static String of(Outcome outcome) {
        StringBuilder text = new StringBuilder();
        if (outcome.isSound()) {
            line(text, "SOUND: every frame came once, in order, whole, and to its own pair");
        } else {
            line(text, "NOT SOUND");
            outcome.faults().forEach((fault, times) -> line(text, "  %s: %d", fault.words(), times));
            outcome.faultLines().lines().forEach(fault -> line(text, "    %s", fault));
        }
        line(text, "pairs        %d of %d", outcome.paired(), outcome.plan().pairs());
        line(
                text,
                "throughput   %.0f frames/s, %.1f Mbit/s, over %.1f s",
                outcome.framesPerSecond(),
                outcome.bitsPerSecond() / BITS_PER_MEGABIT,
                outcome.seconds());
        line(text, "end to end   %s", outcome.endToEnd());
        line(text, "through it   %s", outcome.throughRelay());
        if (outcome.verdicts().count() > 0) {
            line(text, "verdicts     %s", outcome.verdicts());
        }
        line(text, "own lateness %s", outcome.lateness());
        if (outcome.isBlurred()) {
            line(text, "             so late that the high percentiles tell of this machine, not of the relay");
        }
        line(text, "collapsed    %d pointer frames, by later ones", outcome.collapsed());
        outcome.relay()
                .ifPresent(cost -> line(
                        text,
                        "relay        %.2f cores, %.2f CPU s per million frames, %.0f MiB resident",
                        cost.cpuShare(),
                        cost.cpuSecondsPerMillion(),
                        cost.residentBytes() / BYTES_PER_MEBIBYTE));
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
