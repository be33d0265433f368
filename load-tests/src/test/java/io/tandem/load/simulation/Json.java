package io.tandem.load.simulation;

/** Finds members in what the relay wrote: quicker than a parser, for texts that are known. */
final class Json {
    private Json() {}

    /** The first member of this name, or an empty text. */
    static String text(String json, String name) {
        int at = json.indexOf("\"" + name + "\":");
        if (at < 0) {
            return "";
        }
        int start = at + name.length() + 3;
        boolean quoted = json.charAt(start) == '"';
        int end = quoted ? json.indexOf('"', start + 1) : start;
        while (!quoted && Character.isLetterOrDigit(json.charAt(end))) {
            end++;
        }
        return json.substring(quoted ? start + 1 : start, end);
    }

    static int number(String json, String name) {
        return Integer.parseInt(text(json, name));
    }
}
