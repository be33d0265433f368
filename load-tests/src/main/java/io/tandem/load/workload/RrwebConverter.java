package io.tandem.load.workload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.load.workload.Step.Sender;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lz4Payload;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Makes a recording of a file of rrweb events, one JSON object to a line.
 *
 * <p>What the events hold is only weighed: a page frame is as long as the events' JSON is under LZ4, times {@link Options#pageBytes},
 * for Tandem's page batches are shorter than rrweb's JSON. Full snapshots become keyframes; incremental ones become page frames, gathered as a tag
 * gathers them and cut as it cuts them; moves of the mouse become cursors. rrweb knows one user only: of what that user did, every so many clicks
 * and inputs are the agent's.
 */
public final class RrwebConverter {
    /**
     * How events become frames.
     *
     * @param pageBytes what Tandem needs of the bytes of rrweb's JSON under LZ4; measured over the corpus' pages: median 0.59
     * @param agentEvery of the user's clicks and inputs, each so-many-th is the agent's action; 0 for none
     * @param pacedKbps how fast a long batch's parts follow each other: what a tag is told it may send
     */
    public record Options(double pageBytes, int agentEvery, int pacedKbps) {
        /** As measured, with an agent who does a fifth of what is done, at the recommended budget. */
        public static final Options DEFAULTS = new Options(0.6, 5, 1500);
    }

    private static final int FULL_SNAPSHOT = 2;
    private static final int INCREMENTAL = 3;
    private static final int SOURCE_MOUSE_MOVE = 1;
    private static final int SOURCE_MOUSE_INTERACTION = 2;
    private static final int SOURCE_INPUT = 5;
    private static final int INTERACTION_CLICK = 2;

    /** A tag gathers changes for so long. */
    private static final long GATHER_MICROS = 50_000;

    /** A tag cuts its batches into parts of this size (protocol, section 1.2). */
    private static final int PART_BYTES = 8 << 10;

    private static final int ACTION_BYTES = 24;
    private static final int POINTER_BYTES = 16;
    private static final long MICROS_PER_MILLI = 1_000;
    private static final long BITS_PER_BYTE = 8;
    private static final int MILLIS_PER_SECOND = 1_000;

    /** After the last event, a moment's rest. */
    private static final long REST_MICROS = 1_000_000;

    private static final JsonFactory JSON = new JsonFactory();

    private final Options options;
    private final List<Step> steps = new ArrayList<>();
    private final StringBuilder gathered = new StringBuilder();
    private long gatheredSince;
    private long pathFreeAt;
    private long firstMillis = -1;
    private int done;

    private RrwebConverter(Options options) {
        this.options = options;
    }

    /** One event, as far as it matters. */
    private record Event(int type, int source, int interaction, long millis, List<Long> moves) {}

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read, or a line is no event
     */
    public static Recording convert(Path file, Options options) throws IOException {
        RrwebConverter converter = new RrwebConverter(options);
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                try {
                    converter.take(line);
                } catch (IOException | RuntimeException fault) {
                    throw new IOException(file + ":" + number + ": no rrweb event: " + fault.getMessage(), fault);
                }
            }
        }
        return converter.finish(name(file));
    }

    private static String name(Path file) {
        Path last = file.getFileName();
        String name = last == null ? file.toString() : last.toString();
        int dot = name.indexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private void take(String line) throws IOException {
        if (line.isBlank()) {
            return;
        }
        Event event = parse(line);
        if (firstMillis < 0) {
            firstMillis = event.millis();
        }
        long at = Math.max(0, event.millis() - firstMillis) * MICROS_PER_MILLI;
        if (gathered.length() > 0 && at - gatheredSince >= GATHER_MICROS) {
            flush(FrameType.MUTATIONS, gatheredSince + GATHER_MICROS);
        }
        if (event.type() == FULL_SNAPSHOT) {
            flush(FrameType.MUTATIONS, at);
            gathered.append(line);
            flush(FrameType.KEYFRAME, at);
        } else if (event.type() == INCREMENTAL) {
            incremental(event, line, at);
        }
    }

    private void incremental(Event event, String line, long at) {
        if (event.source() == SOURCE_MOUSE_MOVE) {
            for (long offset : event.moves()) {
                steps.add(new Step(
                        Math.max(0, at + offset * MICROS_PER_MILLI),
                        Sender.TAG,
                        FrameType.CURSOR,
                        POINTER_BYTES,
                        false));
            }
            return;
        }
        boolean click = event.source() == SOURCE_MOUSE_INTERACTION;
        boolean input = event.source() == SOURCE_INPUT;
        if (click && event.interaction() != INTERACTION_CLICK) {
            return;
        }
        if (click || input) {
            done++;
            if (options.agentEvery() > 0 && done % options.agentEvery() == 0) {
                FrameType action = click ? FrameType.CLICK : FrameType.INPUT;
                steps.add(new Step(at, Sender.AGENT, action, ACTION_BYTES, false));
            } else if (click) {
                steps.add(new Step(at, Sender.TAG, FrameType.CLICK_MARK, POINTER_BYTES, false));
            }
        }
        if (!click) {
            if (gathered.length() == 0) {
                gatheredSince = at;
            }
            gathered.append(line).append('\n');
        }
    }

    private void flush(FrameType type, long at) {
        if (gathered.length() == 0) {
            return;
        }
        int left = (int) Math.ceil(compressed(gathered.toString()) * options.pageBytes());
        gathered.setLength(0);
        while (left > 0) {
            int part = Math.min(left, PART_BYTES);
            left -= part;
            long sent = Math.max(at, pathFreeAt);
            steps.add(new Step(sent, Sender.TAG, type, part, left > 0));
            pathFreeAt = sent + part * BITS_PER_BYTE * MILLIS_PER_SECOND / options.pacedKbps();
        }
    }

    private static int compressed(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuf out = Unpooled.buffer();
        Lz4Payload.compress(bytes, out);
        return Math.min(out.readableBytes(), bytes.length);
    }

    private Recording finish(String name) {
        flush(FrameType.MUTATIONS, gatheredSince + GATHER_MICROS);
        steps.sort(Comparator.comparingLong(Step::atMicros));
        long last = steps.isEmpty() ? 0 : steps.get(steps.size() - 1).atMicros();
        return new Recording(name, steps, last + REST_MICROS);
    }

    private static Event parse(String line) throws IOException {
        int type = -1;
        int source = -1;
        int interaction = -1;
        long millis = -1;
        List<Long> moves = new ArrayList<>();
        try (JsonParser json = JSON.createParser(line)) {
            int depth = 0;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (token == JsonToken.VALUE_NUMBER_INT) {
                    String name = json.currentName();
                    if (depth == 1 && "type".equals(name)) {
                        type = json.getIntValue();
                    } else if (depth == 1 && "timestamp".equals(name)) {
                        millis = json.getLongValue();
                    } else if (depth == 2 && "source".equals(name)) {
                        source = json.getIntValue();
                    } else if (depth == 2 && "type".equals(name)) {
                        interaction = json.getIntValue();
                    } else if (depth == 4 && "timeOffset".equals(name)) {
                        moves.add(json.getLongValue());
                    }
                }
            }
        }
        if (type < 0 || millis < 0) {
            throw new IOException("type or timestamp is missing");
        }
        return new Event(type, source, interaction, millis, moves);
    }
}
