package io.tandem.load.run;

/**
 * One second of a run.
 *
 * @param atSeconds since the window began that is measured
 * @param framesPerSecond that reached the other end
 * @param endToEndP50 in microseconds; so are the other percentiles
 * @param latenessP99 of the generator
 * @param relayCpuShare of one core; negative where it is not known
 * @param relayResidentBytes negative where it is not known
 * @param faults so far
 */
public record Sample(
        double atSeconds,
        double framesPerSecond,
        double endToEndP50,
        double endToEndP99,
        double latenessP99,
        double relayCpuShare,
        long relayResidentBytes,
        long faults) {
    /** Together with another generator's of the same second: of what does not add up, the worse. */
    Sample plus(Sample other) {
        return new Sample(
                Math.max(atSeconds, other.atSeconds),
                framesPerSecond + other.framesPerSecond,
                Math.max(endToEndP50, other.endToEndP50),
                Math.max(endToEndP99, other.endToEndP99),
                Math.max(latenessP99, other.latenessP99),
                Math.max(relayCpuShare, other.relayCpuShare),
                Math.max(relayResidentBytes, other.relayResidentBytes),
                faults + other.faults);
    }
}
