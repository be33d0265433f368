package io.tandem.relay.metering;

import io.tandem.relay.frame.Lane;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Frames and bytes by direction and lane, counted by one event loop without a lock and read by anybody.
 */
@SuppressWarnings("EnumOrdinal") // indexes of an array that lives as long as the process
public final class LaneCounters {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int LANES = Lane.values().length;
    private static final int CELLS = Direction.values().length * LANES;

    private final long[] frames = new long[CELLS];
    private final long[] bytes = new long[CELLS];

    /** What carriers took from the network, of which the frames are a part. */
    private final long[] carried = new long[1];

    /** One frame; called by the owning loop only. */
    public void count(Direction direction, Lane lane, int frameBytes) {
        int cell = cell(direction, lane);
        CELL.setOpaque(frames, cell, frames[cell] + 1);
        CELL.setOpaque(bytes, cell, bytes[cell] + frameBytes);
    }

    /** So many bytes came over the network, whatever they were; called by the owning loop only. */
    public void carried(int carriedBytes) {
        CELL.setOpaque(carried, 0, carried[0] + carriedBytes);
    }

    /** How many bytes carriers took from the network so far. */
    public long carriedBytes() {
        return (long) CELL.getOpaque(carried, 0);
    }

    /** How many frames so far. */
    public long frames(Direction direction, Lane lane) {
        return (long) CELL.getOpaque(frames, cell(direction, lane));
    }

    /** How many bytes so far. */
    public long bytes(Direction direction, Lane lane) {
        return (long) CELL.getOpaque(bytes, cell(direction, lane));
    }

    private static int cell(Direction direction, Lane lane) {
        return direction.ordinal() * LANES + lane.ordinal();
    }
}
