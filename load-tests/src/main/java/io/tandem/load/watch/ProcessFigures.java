package io.tandem.load.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel says of a process of this machine (Linux).
 *
 * @param cpuSeconds of processor time, user and system, since it began; counted in hundredths
 * @param residentBytes of physical memory
 */
public record ProcessFigures(double cpuSeconds, long residentBytes) {
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final double TICKS_PER_SECOND = 100;
    private static final double MILLIS_PER_SECOND = 1_000;
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final long BYTES_PER_KIBIBYTE = 1024;

    /** How long the process with this id has been running; empty where it is gone, or not of this machine. */
    public static Optional<Double> uptimeSeconds(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().startInstant())
                .map(began -> Duration.between(began, Instant.now()).toMillis() / MILLIS_PER_SECOND);
    }

    /** Now, of the process with this id; empty where it is gone, or not of this machine. */
    public static Optional<ProcessFigures> of(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            // The name may hold anything, spaces too, and ends with the last bracket.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            Matcher resident = RESIDENT.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
            if (!resident.find()) {
                // It has ended, and nobody has taken note of that yet.
                return Optional.empty();
            }
            double ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
            return Optional.of(new ProcessFigures(
                    ticks / TICKS_PER_SECOND, Long.parseLong(resident.group(1)) * BYTES_PER_KIBIBYTE));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}
