package io.tandem.load.watch;

/** Sizes as a JVM writes them. */
final class ByteUnits {
    private static final int BITS_PER_STEP = 10;

    private ByteUnits() {}

    /** A number of this unit, which is K, M or G, in bytes. */
    static long bytes(String number, String unit) {
        return Long.parseLong(number) << (BITS_PER_STEP * (1 + "KMG".indexOf(unit)));
    }
}
