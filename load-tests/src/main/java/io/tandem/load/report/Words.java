package io.tandem.load.report;

import io.tandem.load.run.Bandwidth;
import io.tandem.load.run.Comeback;
import io.tandem.load.run.IdleCrowd;
import io.tandem.load.run.MemoryGrowth;
import io.tandem.load.run.Outcome;
import io.tandem.load.run.Overload;
import io.tandem.load.run.Ramp;
import io.tandem.load.watch.Pauses;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An outcome in words, the verdict first. */
public final class Words {
    private static final double BITS_PER_MEGABIT = 1_000_000;
    private static final double BYTES_PER_KIBIBYTE = 1 << 10;
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
        line(text, "opened in    %s", outcome.pairing());
        if (outcome.turnedAway() > 0) {
            line(text, "turned away  %d times, and came again when they were told to", outcome.turnedAway());
        }
        line(
                text,
                "throughput   %.0f frames/s, %.1f Mbit/s, over %.1f s",
                outcome.framesPerSecond(),
                outcome.bitsPerSecond() / BITS_PER_MEGABIT,
                outcome.seconds());
        line(text, "end to end   %s", outcome.endToEnd());
        if (outcome.pointers().count() > 0) {
            line(text, "pointers     %s", outcome.pointers());
        }
        line(text, "through it   %s", outcome.throughRelay());
        if (outcome.verdicts().count() > 0) {
            line(text, "verdicts     %s", outcome.verdicts());
        }
        line(text, "own lateness %s", outcome.lateness());
        if (outcome.isBlurred()) {
            line(text, "             so late that the high percentiles tell of this machine, not of the relay");
        }
        line(text, "collapsed    %d pointer frames, by later ones", outcome.collapsed());
        bandwidth(text, outcome.bandwidth());
        outcome.relay().ifPresent(cost -> relay(text, cost, outcome.paired()));
        return text.toString();
    }

    private static void bandwidth(StringBuilder text, Bandwidth bandwidth) {
        line(
                text,
                "of a session consumer up %.0f kbit/s in the middle, %.0f most (budgets: %d at least, %d recommended); down %.0f, %.0f most",
                bandwidth.upMedian(),
                bandwidth.upMost(),
                Bandwidth.FLOOR_KBPS,
                Bandwidth.RECOMMENDED_KBPS,
                bandwidth.downMedian(),
                bandwidth.downMost());
    }

    private static void relay(StringBuilder text, Outcome.RelayCost cost, int sessions) {
        double each = BYTES_PER_KIBIBYTE * Math.max(1, sessions);
        line(
                text,
                "relay        %.2f cores, %.2f CPU s per million frames, %.0f MiB resident, %.1f KiB of it for each session",
                cost.cpuShare(),
                cost.cpuSecondsPerMillion(),
                cost.residentBytes() / BYTES_PER_MEBIBYTE,
                cost.residentBytes() / each);
        cost.heap().ifPresent(heap -> {
            line(
                    text,
                    "its heap     %.1f MiB used, %.1f MiB alive, %.1f KiB of it for each session",
                    heap.usedBytes() / BYTES_PER_MEBIBYTE,
                    heap.liveBytes() / BYTES_PER_MEBIBYTE,
                    heap.liveBytes() / each);
            Pauses pauses = heap.pauses();
            line(
                    text,
                    "its pauses   %d, %.1f ms in all, %.1f ms the longest",
                    pauses.count(),
                    pauses.totalMillis(),
                    pauses.longestMillis());
        });
    }

    /** A ramp's steps, and the highest that held. */
    public static String of(List<Ramp.Step> steps) {
        StringBuilder text = new StringBuilder();
        Optional<Ramp.Step> highest = Ramp.highest(steps);
        line(
                text,
                "%s",
                highest.map(step -> String.format(
                                Locale.ROOT,
                                "HELD: %.0f frames/s",
                                step.outcome().framesPerSecond()))
                        .orElse("NO STEP HELD"));
        line(text, "%n| offered frames/s | came frames/s | p50 us | p99 us | own lateness p99 us | relay's cores | |");
        line(text, "|-|-|-|-|-|-|-|");
        for (Ramp.Step step : steps) {
            Outcome outcome = step.outcome();
            line(
                    text,
                    "| %.0f | %.0f | %.0f | %.0f | %.0f | %s | %s |",
                    outcome.plan().framesPerSecond(),
                    outcome.framesPerSecond(),
                    outcome.endToEnd().p50(),
                    outcome.endToEnd().p99(),
                    outcome.lateness().p99(),
                    outcome.relay()
                            .map(cost -> String.format(Locale.ROOT, "%.2f", cost.cpuShare()))
                            .orElse(""),
                    step.verdict().words());
            outcome.faultLines().lines().forEach(fault -> line(text, "    %s", fault));
        }
        return text.toString();
    }

    /** Whether a relay's memory stayed as it was. */
    public static String of(MemoryGrowth growth) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "memory       %s; allowed are %.1f MiB/h, and the second half counts",
                growth.verdict().words(),
                growth.mostMebibytesPerHour());
        line(text, "  resident   %s", growth.resident());
        line(text, "  heap left  %s", growth.heapLeft());
        return text.toString();
    }

    /** How a full relay bore it that more came. */
    public static String of(Overload.Result result) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                result.isSound()
                        ? "SOUND: those who were there kept their pace, and the others were told when to come"
                        : "NOT SOUND");
        result.broken().forEach(each -> line(text, "  %s", each));
        result.faults().forEach((fault, times) -> line(text, "  %s: %d", fault.words(), times));
        result.faultLines().forEach(fault -> line(text, "    %s", fault));
        line(text, "there        %d of %d sessions that the relay takes", result.live(), result.capacity());
        line(
                text,
                "came         %d more: turned away %d times with 503 and Retry-After, %d times otherwise; let in %d times",
                result.newcomers(),
                result.turnedAway(),
                result.otherwise(),
                result.letIn());
        line(text, "through it   before: %s", result.before().throughRelay());
        line(text, "             meanwhile: %s", result.meanwhile().throughRelay());
        line(text, "             after: %s", result.after().throughRelay());
        line(text, "end to end   before: %s", result.before().endToEnd());
        line(text, "             meanwhile: %s", result.meanwhile().endToEnd());
        line(text, "             after: %s", result.after().endToEnd());
        line(
                text,
                "then         %d sessions ended, and %d new ones took their places, from that moment: %s",
                result.left(),
                result.recovery().count(),
                result.recovery());
        return text.toString();
    }

    /** How a crowd came back. */
    public static String of(Comeback comeback) {
        StringBuilder text = new StringBuilder();
        line(text, comeback.isSound() ? sound(comeback) : "NOT SOUND");
        comeback.faults().forEach((fault, times) -> line(text, "  %s: %d", fault.words(), times));
        comeback.faultLines().forEach(fault -> line(text, "    %s", fault));
        line(
                text,
                "back         %d of %d pairs, by %d connections",
                comeback.back(),
                comeback.pairs(),
                comeback.connections());
        line(text, "let in       %s", comeback.welcomed());
        if (comeback.fresh().count() > 0) {
            line(text, "live again   %s", comeback.fresh());
            line(text, "too late     %d actions, and their agents were told so", comeback.expired());
        }
        line(text, "end to end   before: %s", comeback.before());
        if (comeback.meanwhile().count() > 0) {
            line(text, "             meanwhile: %s", comeback.meanwhile());
        }
        line(text, "             after: %s", comeback.after());
        return text.toString();
    }

    private static String sound(Comeback comeback) {
        return comeback.fresh().count() > 0
                ? "SOUND: all came back, and everything came once and in order"
                : "SOUND: all began anew, and everything that was sent then came once and in order";
    }

    /** What an idle crowd cost. */
    public static String of(IdleCrowd.Cost cost) {
        StringBuilder text = new StringBuilder();
        line(text, cost.isSound() ? "SOUND: all came, stayed and answered" : "NOT SOUND");
        cost.broken().forEach(each -> line(text, "  %s", each));
        cost.faults().forEach((fault, times) -> line(text, "  %s: %d", fault.words(), times));
        cost.faultLines().forEach(fault -> line(text, "    %s", fault));
        line(text, "channels     %d of %d sessions", cost.channels(), cost.pairs());
        line(
                text,
                "resident     %.0f bytes a channel, %.1f MiB in all, over the relay without them",
                cost.residentPerChannel(),
                cost.residentBytes() / BYTES_PER_MEBIBYTE);
        line(
                text,
                "live heap    %.0f bytes a channel, %.1f MiB in all",
                cost.liveHeapPerChannel(),
                cost.liveHeapBytes() / BYTES_PER_MEBIBYTE);
        line(text, "answered     %d frames when they were woken", cost.answered());
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
