package io.tandem.load.capacity;

/**
 * A relay's machine, and what was measured of the relay on one (docs/CAPACITY.md says how, and on what).
 *
 * @param loops event loops, one to a processor
 * @param frameMicros processor time for a frame by WebSocket
 * @param pollFrameMicros the same by long-polling
 * @param openMicros processor time to open a session: two handshakes, two HELLOs, an invitation and its answer
 * @param connectionBytes that one idle connection adds to the process
 * @param kernelBytes that the kernel adds for it
 * @param baseBytes of the process without sessions, its heap's garbage included
 */
public record Node(
        int loops,
        double frameMicros,
        double pollFrameMicros,
        double openMicros,
        double connectionBytes,
        double kernelBytes,
        double baseBytes) {
    private static final double MICROS_PER_SECOND = 1e6;
    private static final int CONNECTIONS = 2;

    /** Refuses what cannot be. */
    public Node {
        Demand.require(loops >= 1, "loops", "1 or more");
        Demand.require(frameMicros > 0 && pollFrameMicros > 0 && openMicros > 0, "microseconds", "more than 0");
        Demand.require(connectionBytes >= 0 && kernelBytes >= 0 && baseBytes >= 0, "bytes", "0 or more");
    }

    /** Of one loop's processor, what sessions in the mean use that have this rate of frames. */
    double loadOf(double framesPerSecond, double polling) {
        return framesPerSecond * (polling * pollFrameMicros + (1 - polling) * frameMicros) / MICROS_PER_SECOND;
    }

    /** Sessions that bring this node to that utilisation of its loops. */
    public long sessionsAt(Demand demand, double utilisation) {
        return (long) (loops * utilisation / loadOf(demand.framesPerSecond(), demand.polling()));
    }

    /** What a node with so many sessions has to have for them, the kernel's part included. */
    public double memoryBytes(double sessions) {
        return baseBytes + sessions * CONNECTIONS * (connectionBytes + kernelBytes);
    }

    /** How long the node's loops are busy with nothing but letting so many sessions in. */
    public double openingSeconds(double sessions) {
        return sessions * openMicros / MICROS_PER_SECOND / loops;
    }
}
