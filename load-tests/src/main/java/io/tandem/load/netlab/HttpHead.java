package io.tandem.load.netlab;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Start line and headers of a request or response, as they travelled.
 *
 * @param text up to and with the empty line
 */
record HttpHead(String text) {
    private static final String LINE_END = "\r\n";
    private static final String VERSION = "HTTP/1.";

    /** How what follows a head ends. */
    enum BodyEnd {
        /** After as many bytes as the head says. */
        LENGTH,
        /** With the last chunk. */
        CHUNKS,
        /** With the connection. */
        CONNECTION
    }

    /**
     * What follows a head.
     *
     * @param bytes how many, where the head says it
     */
    record Body(BodyEnd end, long bytes) {
        static final Body NONE = new Body(BodyEnd.LENGTH, 0);
        static final Body RAW = new Body(BodyEnd.CONNECTION, 0);
    }

    private String[] startLine() {
        return text.substring(0, text.indexOf(LINE_END)).split(" ", 3);
    }

    /** Whether this is HTTP at all, and can be followed. */
    boolean isHttp() {
        String[] line = startLine();
        return line.length >= 2
                && (line[0].startsWith(VERSION)
                        ? line[1].matches("\\d{3}")
                        : line.length == 3 && line[2].startsWith(VERSION));
    }

    /** A request's method. */
    String method() {
        return startLine()[0];
    }

    /** A request's path, without its query. */
    String path() {
        return startLine()[1].split("\\?", 2)[0];
    }

    /** A response's status. */
    int status() {
        return Integer.parseInt(startLine()[1]);
    }

    /** A header's value in lower case; empty where there is none. */
    String header(String name) {
        return text.lines()
                .skip(1)
                .filter(line -> isOf(line, Set.of(name)))
                .map(line -> line.substring(line.indexOf(':') + 1).strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(","));
    }

    private static boolean isOf(String line, Set<String> names) {
        int colon = line.indexOf(':');
        return colon > 0 && names.contains(line.substring(0, colon).strip().toLowerCase(Locale.ROOT));
    }

    /** The same without these headers; names in lower case. */
    HttpHead without(Set<String> names) {
        String kept = text.lines()
                .filter(line -> !isOf(line, names) && !line.isEmpty())
                .collect(Collectors.joining(LINE_END));
        return new HttpHead(kept + LINE_END + LINE_END);
    }

    /** What follows a request. */
    Body requestBody() {
        Body said = saidBody();
        return said.end() == BodyEnd.CONNECTION ? Body.NONE : said;
    }

    /** What follows a response. */
    Body responseBody(boolean toHead) {
        int status = status();
        if (status == 101) {
            return Body.RAW;
        }
        return toHead || status < 200 || status == 204 || status == 304 ? Body.NONE : saidBody();
    }

    private Body saidBody() {
        if (header("transfer-encoding").contains("chunked")) {
            return new Body(BodyEnd.CHUNKS, 0);
        }
        String length = header("content-length");
        return length.matches("\\d{1,18}") ? new Body(BodyEnd.LENGTH, Long.parseLong(length)) : Body.RAW;
    }

    ByteBuf bytes() {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
