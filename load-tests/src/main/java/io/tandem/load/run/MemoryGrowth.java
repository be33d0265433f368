package io.tandem.load.run;

import java.util.List;

/**
 * Whether a relay's memory stayed as it was in a long run, by its second half: in the first it fills what it is going to use anyway.
 *
 * @param resident of its process, looked at each second
 * @param heapLeft of its heap behind each stop of its collector, as that says itself
 * @param mostMebibytesPerHour that either may grow by
 */
public record MemoryGrowth(Trend resident, Trend heapLeft, double mostMebibytesPerHour) {
    /** Of a run's relay, which has to be a JVM that was started for it. */
    public static MemoryGrowth of(Outcome outcome, double mostMebibytesPerHour) {
        double half = outcome.seconds() / 2;
        List<Trend.Point> resident = outcome.samples().stream()
                .map(sample -> new Trend.Point(sample.atSeconds(), sample.relayResidentBytes()))
                .filter(point -> point.atSeconds() >= half)
                .toList();
        List<Trend.Point> left = outcome.relay().flatMap(Outcome.RelayCost::heap).stream()
                .flatMap(heap -> heap.stops().stream())
                .filter(stop ->
                        stop.atSeconds() >= half && stop.heapAfterBytes().isPresent())
                .map(stop ->
                        new Trend.Point(stop.atSeconds(), stop.heapAfterBytes().orElse(0)))
                .toList();
        return new MemoryGrowth(Trend.ofMeans(resident), Trend.ofLeast(left), mostMebibytesPerHour);
    }

    /** Whether both are known to have stayed as they were: what a long run has to show. */
    public boolean isFlat() {
        return verdict() == Trend.Verdict.FLAT;
    }

    /** Of the two together: what is not known of one is not known. */
    public Trend.Verdict verdict() {
        List<Trend.Verdict> both = List.of(resident.judge(mostMebibytesPerHour), heapLeft.judge(mostMebibytesPerHour));
        if (both.contains(Trend.Verdict.GROWS)) {
            return Trend.Verdict.GROWS;
        }
        return both.contains(Trend.Verdict.UNSURE) ? Trend.Verdict.UNSURE : Trend.Verdict.FLAT;
    }
}
