package io.tandem.load.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How something grew over time: a straight line through it, by least squares.
 *
 * @param points that it goes through; with less than {@link #LEAST_POINTS} nothing is known
 * @param mebibytesPerHour its slope
 * @param spread of the slope, either way: twice its standard error
 */
public record Trend(int points, double mebibytesPerHour, double spread) {
    /** Two have no spread. */
    public static final int LEAST_POINTS = 3;

    /**
     * A process's memory stays where it is for a while: of values that hang together the line is not known better for their being many. So many stretches of
     * time count as one value each.
     */
    private static final int STRETCHES = 20;

    private static final double BYTES_PER_MEBIBYTE = 1 << 20;
    private static final double SECONDS_PER_HOUR = 3_600;

    /** What was seen at a moment. */
    public record Point(double atSeconds, double bytes) {}

    /** What becomes of a bound. */
    public enum Verdict {
        /** The line, with its spread, grows no more than allowed. */
        FLAT("flat"),
        /** It grows more. */
        GROWS("grows"),
        /** It may, and may not: the time was too short, or the memory too restless. */
        UNSURE("not known: too short, or too restless");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        /** For reports. */
        public String words() {
            return words;
        }
    }

    /** Through the mean of each stretch. */
    public static Trend ofMeans(List<Point> points) {
        return of(stretches(points).stream()
                .map(stretch -> new Point(
                        meanTime(stretch),
                        stretch.stream().mapToDouble(Point::bytes).average().orElse(0)))
                .toList());
    }

    /** Through the least of each stretch: what a collector leaves, where it does not always collect all. */
    public static Trend ofLeast(List<Point> points) {
        return of(stretches(points).stream()
                .map(stretch -> new Point(
                        meanTime(stretch),
                        stretch.stream().mapToDouble(Point::bytes).min().orElse(0)))
                .toList());
    }

    private static double meanTime(List<Point> stretch) {
        return stretch.stream().mapToDouble(Point::atSeconds).average().orElse(0);
    }

    private static List<List<Point>> stretches(List<Point> points) {
        List<List<Point>> stretches = new ArrayList<>();
        for (int i = 0; i < STRETCHES; i++) {
            List<Point> stretch = points.subList(i * points.size() / STRETCHES, (i + 1) * points.size() / STRETCHES);
            if (!stretch.isEmpty()) {
                stretches.add(stretch);
            }
        }
        return stretches;
    }

    private static Trend of(List<Point> points) {
        int count = points.size();
        if (count < LEAST_POINTS) {
            return new Trend(count, 0, Double.POSITIVE_INFINITY);
        }
        double middle = meanTime(points);
        double mean = points.stream().mapToDouble(Point::bytes).average().orElse(0);
        double width = 0;
        double together = 0;
        for (Point point : points) {
            double off = point.atSeconds() - middle;
            width += off * off;
            together += off * (point.bytes() - mean);
        }
        double slope = together / width;
        double rest = 0;
        for (Point point : points) {
            double off = point.bytes() - mean - slope * (point.atSeconds() - middle);
            rest += off * off;
        }
        double error = Math.sqrt(rest / (count - 2) / width);
        double scale = SECONDS_PER_HOUR / BYTES_PER_MEBIBYTE;
        return new Trend(count, slope * scale, 2 * error * scale);
    }

    /** Whether it keeps within a bound. */
    public Verdict judge(double mostMebibytesPerHour) {
        if (mebibytesPerHour - spread > mostMebibytesPerHour) {
            return Verdict.GROWS;
        }
        return mebibytesPerHour + spread <= mostMebibytesPerHour ? Verdict.FLAT : Verdict.UNSURE;
    }

    @Override
    public String toString() {
        return points < LEAST_POINTS
                ? String.format(Locale.ROOT, "%d values are too few", points)
                : String.format(
                        Locale.ROOT, "%+.1f MiB/h, give or take %.1f, by %d values", mebibytesPerHour, spread, points);
    }
}
