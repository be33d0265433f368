package io.tandem.relay.carrier;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.Lane;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Pointer frames that wait for a carrier to take more: of each sender and type only the latest, as the pointer lane allows.
 * So a reader that stands still costs one small buffer for each pointer it would see.
 */
public final class PointerSlots {
    /** A longer pointer frame is dropped instead of kept: no pointer type needs more than a few dozen bytes. */
    public static final int MAX_KEPT_BYTES = 256;

    /** Null while nothing waits, as nearly always. */
    private @Nullable Map<Integer, ByteBuf> latest;

    /** Whether a frame may be kept here in place of its predecessor. */
    public static boolean takes(ByteBuf frame) {
        return Lane.ofCode(FrameHeader.typeCode(frame)) == Lane.POINTER;
    }

    /**
     * Keeps a copy of the frame in the place of its predecessor; takes ownership of the frame, also where there is no memory for the copy.
     *
     * @return whether one was left out for it: its predecessor, or itself
     */
    public boolean keep(ByteBuf frame, ByteBufAllocator memory) {
        try {
            if (frame.readableBytes() > MAX_KEPT_BYTES) {
                return true;
            }
            // Goes to the end of the queue: a receiver ignores what comes behind a later frame of the same sender,
            // and a click's mark would be lost behind the cursor that moved on.
            Map<Integer, ByteBuf> slots = latest == null ? new LinkedHashMap<>() : latest;
            // A copy, because the frame is a piece of a read buffer that is far larger than itself. Where there is no
            // memory for it, its predecessor stays.
            ByteBuf copy = memory.buffer(frame.readableBytes()).writeBytes(frame.duplicate());
            latest = slots;
            ByteBuf before = slots.remove(slotOf(frame));
            slots.put(slotOf(frame), copy);
            if (before == null) {
                return false;
            }
            before.release();
            return true;
        } finally {
            frame.release();
        }
    }

    private static int slotOf(ByteBuf frame) {
        return (FrameHeader.sender(frame) << Byte.SIZE) | FrameHeader.typeCode(frame);
    }

    /** Whether nothing waits. */
    public boolean isEmpty() {
        return latest == null;
    }

    /** Hands every frame over, with its ownership; what a fault of the sink leaves over is let go of. */
    public void drainTo(Consumer<ByteBuf> sink) {
        Map<Integer, ByteBuf> slots = latest;
        latest = null;
        if (slots == null) {
            return;
        }
        Iterator<ByteBuf> left = slots.values().iterator();
        try {
            left.forEachRemaining(sink);
        } finally {
            left.forEachRemaining(ByteBuf::release);
        }
    }

    /** Lets go of every frame. */
    public void release() {
        drainTo(ByteBuf::release);
    }
}
