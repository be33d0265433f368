package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * What a simulated peer writes into a frame's payload, so that whoever receives it can tell when it was due, whose it is, and that no
 * bit of it changed on the way.
 *
 * <pre>
 * due (8 bytes, nanoseconds of this process) | pair (4) | sum (4) | noise ...
 * </pre>
 *
 * The sum (CRC-32C) is over sequence, type, due, pair and noise: not over what the relay stamps. One for each event loop.
 */
public final class Stamp {
    /** The shortest payload that can be stamped; a shorter one is made as long. */
    public static final int BYTES = 16;

    private static final int SEQUENCE_OFFSET = FrameHeader.LENGTH_BYTES - Integer.BYTES;
    private static final int DUE_OFFSET = FrameHeader.LENGTH_BYTES;
    private static final int PAIR_OFFSET = DUE_OFFSET + Long.BYTES;
    private static final int SUM_OFFSET = PAIR_OFFSET + Integer.BYTES;
    private static final int NOISE_OFFSET = FrameHeader.LENGTH_BYTES + BYTES;

    /** Twice the longest payload, so that each begins somewhere else. */
    private static final int NOISE_BYTES = 128 << 10;

    private static final long NOISE_SEED = 0x7a6d_6e64L;

    private final byte[] noise = new byte[NOISE_BYTES];
    private final CRC32C sum = new CRC32C();

    /** With noise that does not shrink, the same in every process. */
    public Stamp() {
        new SplittableRandom(NOISE_SEED).nextBytes(noise);
    }

    /** Appends a frame with a stamped payload to a buffer. */
    public void write(
            ByteBuf out,
            FrameType type,
            int flags,
            int epoch,
            long sequence,
            long dueNanos,
            int pair,
            int payloadBytes) {
        FrameHeader.write(out, type, flags, 0, epoch, sequence);
        int at = out.writerIndex() - FrameHeader.LENGTH_BYTES;
        out.writeLong(dueNanos).writeInt(pair).writeInt(0);
        int left = payloadBytes - BYTES;
        int from = (int) (sequence * 31 & 0xFFFF);
        while (left > 0) {
            int piece = Math.min(left, NOISE_BYTES - from);
            out.writeBytes(noise, from, piece);
            left -= piece;
            from = 0;
        }
        out.setInt(at + SUM_OFFSET, sum(out, at, out.writerIndex() - at));
    }

    /** Whether a frame that came is what was written. */
    public boolean isWhole(ByteBuf frame) {
        return frame.readableBytes() >= NOISE_OFFSET
                && sum(frame, frame.readerIndex(), frame.readableBytes())
                        == frame.getInt(frame.readerIndex() + SUM_OFFSET);
    }

    /** When the frame was due, on this process's {@link System#nanoTime}. */
    public static long dueNanos(ByteBuf frame) {
        return frame.getLong(frame.readerIndex() + DUE_OFFSET);
    }

    /** Which pair's it is. */
    public static int pair(ByteBuf frame) {
        return frame.getInt(frame.readerIndex() + PAIR_OFFSET);
    }

    private int sum(ByteBuf frame, int at, int length) {
        sum.reset();
        sum.update(frame.getByte(at));
        // Sequence, due and pair stand side by side.
        sum.update(frame.internalNioBuffer(at + SEQUENCE_OFFSET, SUM_OFFSET - SEQUENCE_OFFSET));
        if (length > NOISE_OFFSET) {
            sum.update(frame.internalNioBuffer(at + NOISE_OFFSET, length - NOISE_OFFSET));
        }
        return (int) sum.getValue();
    }
}
