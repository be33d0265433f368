package io.tandem.relay.transport.http;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Puts the tag into a page: before the end of its head, or at its end where the head has none.
 *
 * <p>The page keeps its charset and every byte of its own: all charsets of the web but UTF-16 agree with ASCII on the bytes that
 * matter here, so a page is read byte by byte, and UTF-16 is told by its byte order mark.
 */
final class TagInjection {
    private static final String HEAD_END = "</head";
    private static final String COMMENT = "<!--";
    private static final String COMMENT_END = "-->";

    /** Elements whose content is text, whatever it looks like. */
    private static final List<String> RAW = List.of("script", "style", "title", "textarea");

    private TagInjection() {}

    static byte[] inject(byte[] page, String tag) {
        Charset charset = charset(page);
        String text = new String(page, charset);
        int at = headEnd(text.toLowerCase(Locale.ROOT));
        return (text.substring(0, at) + tag + text.substring(at)).getBytes(charset);
    }

    private static Charset charset(byte[] page) {
        if (page.length >= 2 && page[0] == (byte) 0xFE && page[1] == (byte) 0xFF) {
            return StandardCharsets.UTF_16BE;
        }
        if (page.length >= 2 && page[0] == (byte) 0xFF && page[1] == (byte) 0xFE) {
            return StandardCharsets.UTF_16LE;
        }
        return StandardCharsets.ISO_8859_1;
    }

    private static int headEnd(String lower) {
        int at = lower.indexOf('<');
        while (at >= 0) {
            if (lower.startsWith(HEAD_END, at) && !isNamePart(lower, at + HEAD_END.length())) {
                return at;
            }
            at = lower.indexOf('<', after(lower, at));
        }
        return lower.length();
    }

    /** Where to look on after the mark-up that begins here. */
    private static int after(String lower, int at) {
        if (lower.startsWith(COMMENT, at)) {
            return past(lower, COMMENT_END, at + COMMENT.length());
        }
        for (String name : RAW) {
            if (lower.startsWith(name, at + 1) && !isNamePart(lower, at + 1 + name.length())) {
                return past(lower, "</" + name, at + 1);
            }
        }
        return at + 1;
    }

    private static boolean isNamePart(String lower, int at) {
        return at < lower.length() && (Character.isLetterOrDigit(lower.charAt(at)) || lower.charAt(at) == '-');
    }

    /** Behind the next of these, or at the end where there is none: that mark-up never ends. */
    private static int past(String lower, String end, int from) {
        int found = lower.indexOf(end, from);
        return found < 0 ? lower.length() : found + end.length();
    }
}
