package io.tandem.load.rival;

import java.util.Locale;

/**
 * What is offered to each relay.
 *
 * @param pairs sessions
 * @param framesPerSecond of one pair by its recording; answers and acknowledgements come on top
 */
public record Load(int pairs, double framesPerSecond) {
    /** Reads {@code 100x30}: pairs, times frames a second of one. */
    public static Load parse(String text) {
        int times = text.indexOf('x');
        try {
            Load load = new Load(
                    Integer.parseInt(text.substring(0, Math.max(0, times))),
                    Double.parseDouble(text.substring(times + 1)));
            if (load.pairs > 0 && load.framesPerSecond > 0) {
                return load;
            }
        } catch (NumberFormatException notOne) {
            // Told below.
        }
        throw new IllegalArgumentException("a load is PAIRSxFRAMES, 100x30 for example, not " + text);
    }

    /** For reports. */
    public String words() {
        return String.format(Locale.ROOT, "%d pairs of %.0f frames/s", pairs, framesPerSecond);
    }
}
