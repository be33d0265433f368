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
        long faults) {}
