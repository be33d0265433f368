package io.tandem.relay.metering;

/**
 * What a channel may send and how its link is classed.
 *
 * @param recommendedKbps the upstream that the product recommends: the budget's rate and the bound of a good link
 * @param floorKbps the upstream that everything essential fits in: the bound of a fair link
 * @param downstreamKbps what goes to one client at most, and what one client's frames may be expanded to: what a viewer's link is expected
 *     to carry
 * @param burstBytes what may come or go at once before a rate counts: the first keyframe of a very large page
 */
public record MeteringLimits(int recommendedKbps, int floorKbps, int downstreamKbps, long burstBytes) {
    /** The product's figures. */
    public static final MeteringLimits DEFAULTS = new MeteringLimits(1500, 750, 10_000, 4L << 20);

    /** What may be expanded of a client's frames at once: one of the largest. */
    static final long EXPANSION_BURST_BYTES = 1 << 20;

    /**
     * What may be expanded beyond that of what was on its way when the client was told to wait: eight times a tag's window. Together they wait
     * for a viewer below its carrier's ceiling, so that no tag can have a viewer closed as too slow.
     */
    static final long EXPANSION_DEBT_BYTES = 2 << 20;

    private static final int BYTES_PER_KILOBIT = 1000 / Byte.SIZE;

    /** The budget's rate. */
    public long budgetBytesPerSecond() {
        return (long) recommendedKbps * BYTES_PER_KILOBIT;
    }

    /** The rate of what goes to a client. */
    public long downstreamBytesPerSecond() {
        return (long) downstreamKbps * BYTES_PER_KILOBIT;
    }

    LinkQuality classify(int kbps) {
        if (kbps >= recommendedKbps) {
            return LinkQuality.GOOD;
        }
        return kbps >= floorKbps ? LinkQuality.FAIR : LinkQuality.POOR;
    }
}
