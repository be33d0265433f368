package io.tandem.load.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** How the relay's CPU of a frame grows with something, over several rounds of the same points: filled round by round. */
public final class Growth {
    /** With what. */
    public enum Over {
        /** Sessions, between which the same frames are divided. */
        PAIRS("pairs"),
        /** Payload bytes of a page frame. */
        FRAME_BYTES("bytes of a page frame"),
        /** Sessions of a hundred that poll. */
        POLLING("% of the sessions that poll");

        private final String words;

        Over(String words) {
            this.words = words;
        }

        /** For reports. */
        public String words() {
            return words;
        }
    }

    /**
     * One point of the curve.
     *
     * @param x where
     * @param cpu seconds of the relay per million frames
     * @param toFirst the same as a share of the first point's, round by round
     * @param frames a second that came: acknowledgements and answers are among them
     * @param p99 from end to end, in microseconds
     * @param residentBytes of the relay
     */
    public record Point(
            double x, Spread cpu, Spread toFirst, Spread frames, Spread p99, Spread residentBytes, long faults) {}

    /**
     * The straight line that lies nearest to each round's points: CPU seconds per million frames = a + b x.
     *
     * @param unexplained how far the points lie from the line of all rounds together, as a share of their mean (root of the mean square)
     */
    public record Fit(Spread a, Spread b, double unexplained) {}

    /** Of the first point's, by how much the others may differ for it to be flat. */
    public static final double FLAT_WITHIN = 0.15;

    private final Map<Double, List<Outcome>> rounds = new LinkedHashMap<>();

    /** One round of one point. */
    public void add(double x, Outcome outcome) {
        rounds.computeIfAbsent(x, first -> new ArrayList<>()).add(outcome);
    }

    /** All points, in the order in which they came first. */
    public List<Point> points() {
        List<Outcome> first = rounds.values().iterator().next();
        List<Point> points = new ArrayList<>();
        rounds.forEach((x, outcomes) -> {
            List<Double> toFirst = new ArrayList<>();
            for (int i = 0; i < Math.min(first.size(), outcomes.size()); i++) {
                toFirst.add(cpu(outcomes.get(i)) / Math.max(Double.MIN_NORMAL, cpu(first.get(i))));
            }
            points.add(new Point(
                    x,
                    spread(outcomes, Growth::cpu),
                    new Spread(toFirst),
                    spread(outcomes, Outcome::framesPerSecond),
                    spread(outcomes, outcome -> outcome.endToEnd().p99()),
                    spread(
                            outcomes,
                            outcome -> outcome.relay()
                                    .map(Outcome.RelayCost::residentBytes)
                                    .orElse(0L)),
                    outcomes.stream()
                            .flatMap(outcome -> outcome.faults().values().stream())
                            .mapToLong(Long::longValue)
                            .sum()));
        });
        return points;
    }

    private static Spread spread(List<Outcome> outcomes, ToDoubleFunction<Outcome> figure) {
        return new Spread(
                outcomes.stream().map(outcome -> figure.applyAsDouble(outcome)).toList());
    }

    private static double cpu(Outcome outcome) {
        return outcome.relay()
                .map(Outcome.RelayCost::cpuSecondsPerMillion)
                .orElseThrow(() -> new IllegalStateException("a relay whose process was not watched"));
    }

    /** Whether each point's median is within {@link #FLAT_WITHIN} of the first's. */
    public boolean isFlat() {
        return points().stream().allMatch(point -> Math.abs(point.toFirst().median() - 1) <= FLAT_WITHIN);
    }

    /** Whether all rounds were sound. */
    public boolean isSound() {
        return rounds.values().stream().flatMap(List::stream).allMatch(Outcome::isSound);
    }

    /** A line for each round. */
    public Fit fit() {
        List<Double> a = new ArrayList<>();
        List<Double> b = new ArrayList<>();
        int whole = rounds.values().stream().mapToInt(List::size).min().orElseThrow();
        List<double[]> all = new ArrayList<>();
        for (int round = 0; round < whole; round++) {
            List<double[]> points = new ArrayList<>();
            for (Map.Entry<Double, List<Outcome>> each : rounds.entrySet()) {
                points.add(new double[] {each.getKey(), cpu(each.getValue().get(round))});
            }
            double[] line = line(points);
            a.add(line[0]);
            b.add(line[1]);
            all.addAll(points);
        }
        double[] line = line(all);
        double mean = all.stream().mapToDouble(point -> point[1]).average().orElseThrow();
        double square = all.stream()
                .mapToDouble(point -> Math.pow(point[1] - line[0] - line[1] * point[0], 2))
                .average()
                .orElseThrow();
        return new Fit(new Spread(a), new Spread(b), Math.sqrt(square) / Math.max(Double.MIN_NORMAL, mean));
    }

    /** Least squares; level, where all points have one x. */
    private static double[] line(List<double[]> points) {
        double meanX = points.stream().mapToDouble(point -> point[0]).average().orElseThrow();
        double meanY = points.stream().mapToDouble(point -> point[1]).average().orElseThrow();
        double both = 0;
        double square = 0;
        for (double[] point : points) {
            both += (point[0] - meanX) * (point[1] - meanY);
            square += (point[0] - meanX) * (point[0] - meanX);
        }
        double slope = square == 0 ? 0 : both / square;
        return new double[] {meanY - slope * meanX, slope};
    }
}
