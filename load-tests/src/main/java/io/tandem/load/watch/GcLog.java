package io.tandem.load.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a JVM writes of its collector's work while it runs: nothing has to be asked of it. */
public record GcLog(Path file) {
    /** {@code [12.3s] GC(3) Pause Young (Normal) (G1 Evacuation Pause) 20M->5M(64M) 2.345ms}; some collectors' pauses name no sizes. */
    private static final Pattern PAUSE = Pattern.compile(
            "^\\[([\\d.]+)s].*?\\bPause\\b.*?(?:\\d+[KMG]->(\\d+)([KMG])\\(\\d+[KMG]\\) )?([\\d.]+)ms\\s*$");

    private static final int SECONDS = 1;
    private static final int AFTER = 2;
    private static final int AFTER_UNIT = 3;
    private static final int MILLIS = 4;

    /** The option of a JVM that is to write it. One file that never turns over: a place in it stays where it is, and an hour takes some MB. */
    public String jvmOption() {
        return "-Xlog:gc*:file=" + file + ":uptime:filecount=0";
    }

    /** How far it is written: what is asked for {@link #since} here is what comes from now on. */
    public long position() {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The pauses that were written behind a position, in order. */
    public List<Pause> since(long position) {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(position);
            ByteBuffer rest = ByteBuffer.allocate(Math.toIntExact(Math.max(0, channel.size() - position)));
            while (rest.hasRemaining() && channel.read(rest) >= 0) {
                // Until all of it is there.
            }
            return parse(new String(rest.array(), 0, rest.position(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Pause> parse(String lines) {
        return lines.lines()
                .map(PAUSE::matcher)
                .filter(Matcher::find)
                .map(pause -> new Pause(
                        Double.parseDouble(pause.group(SECONDS)),
                        Double.parseDouble(pause.group(MILLIS)),
                        pause.group(AFTER) == null
                                ? OptionalLong.empty()
                                : OptionalLong.of(ByteUnits.bytes(pause.group(AFTER), pause.group(AFTER_UNIT)))))
                .toList();
    }
}
