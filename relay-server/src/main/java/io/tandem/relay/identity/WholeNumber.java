package io.tandem.relay.identity;

import java.util.OptionalLong;

/** Reads the whole numbers of a configuration. */
public final class WholeNumber {
    private WholeNumber() {}

    /** The number that a text is, from {@code lowest} to {@code highest}; empty where it is none of these. */
    public static OptionalLong within(String text, long lowest, long highest) {
        try {
            long number = Long.parseLong(text);
            return number >= lowest && number <= highest ? OptionalLong.of(number) : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** What is allowed instead, for whoever wrote another text. */
    public static String refused(String text, long lowest, long highest) {
        return "'" + text + "'; allowed are whole numbers from " + lowest + " to " + highest;
    }
}
