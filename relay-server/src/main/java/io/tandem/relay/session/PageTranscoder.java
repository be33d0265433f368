package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lz4Payload;
import io.tandem.relay.metering.SessionMeter;
import org.jspecify.annotations.Nullable;

/**
 * Brings page frames to clients that do not read LZ4, and shrinks those of a tag that does not write it. One for a session while it has such clients, on its loop.
 *
 * <p>Bounds: nothing is expanded beyond what fits a frame, nor faster than its sender may have it ({@link SessionMeter#expands}), and at most {@link Lz4Payload#MAX_HISTORY_BYTES} are kept between frames, from
 * the first frame that somebody needs expanded until nobody does.
 */
final class PageTranscoder {
    /** Less is not worth the work: the block's own overhead eats what is won. */
    static final int COMPRESS_FROM_BYTES = 256;

    /** What a frame may hold expanded. A longer one is left out for who does not read LZ4: it would be no frame any more. */
    static final int MAX_EXPANDED_BYTES = FrameHeader.MAX_FRAME_BYTES - FrameHeader.LENGTH_BYTES;

    /** What a block reaches back into is copied for it: a byte of that costs a part of what a byte costs that is expanded and sent. */
    private static final int HISTORY_SHARE = 16;

    private static final byte[] NO_HISTORY = new byte[0];

    /** What the next linked block reaches back into. */
    private byte[] history = NO_HISTORY;

    /** Whether frames are missing, so that only a keyframe says what the page is. */
    private boolean lost = true;

    private int epoch;

    /** The last frame that was seen, of this epoch. */
    private long sequence;

    /**
     * The frame as one gets it who does not read LZ4: a new reference to it where it is raw, else a new frame; null where it was told before,
     * or cannot be told before the next keyframe ({@link #isLost}). To be called for every page frame of the consumer, in order.
     *
     * @param keyframeBegins it is the first frame of a keyframe
     * @param sender who pays for what is expanded
     * @throws FrameViolation where a block is not what it declares: the sender's fault
     */
    @Nullable
    ByteBuf expand(ByteBuf frame, boolean keyframeBegins, SessionMeter sender) throws FrameViolation {
        boolean sameEpoch = FrameHeader.epoch(frame) == epoch;
        boolean linked = (FrameHeader.flags(frame) & FrameHeader.LINKED) != 0;
        boolean standsAlone = !linked && keyframeBegins;
        // A keyframe that is sent again begins anew: whoever has it passes over it.
        if (sameEpoch && !standsAlone && FrameHeader.sequence(frame) <= sequence) {
            return null;
        }
        boolean follows = sameEpoch && FrameHeader.sequence(frame) == sequence + 1;
        boolean compressed = (FrameHeader.flags(frame) & FrameHeader.COMPRESSED) != 0;
        epoch = FrameHeader.epoch(frame);
        sequence = FrameHeader.sequence(frame);
        if (compressed && !linked) {
            history = NO_HISTORY;
        }
        lost = !standsAlone && (lost || !follows);
        if (lost) {
            return null;
        }
        return compressed ? expandBlock(frame, sender) : frame.retainedDuplicate();
    }

    private @Nullable ByteBuf expandBlock(ByteBuf frame, SessionMeter sender) throws FrameViolation {
        lost = true;
        ByteBuf payload = FrameHeader.payload(frame);
        int declaredBytes = Lz4Payload.readDeclaredLength(payload.duplicate());
        if (declaredBytes > MAX_EXPANDED_BYTES || !sender.expands(declaredBytes + history.length / HISTORY_SHARE)) {
            return null;
        }
        byte[] expanded = Lz4Payload.expand(payload, history);
        history = tail(history, expanded);
        lost = false;
        ByteBuf plain = ByteBufAllocator.DEFAULT.buffer(FrameHeader.LENGTH_BYTES + expanded.length);
        writeHeader(plain, frame, FrameHeader.flags(frame) & ~(FrameHeader.COMPRESSED | FrameHeader.LINKED));
        return plain.writeBytes(expanded);
    }

    private static byte[] tail(byte[] before, byte[] expanded) {
        int kept = Math.min(Lz4Payload.MAX_HISTORY_BYTES, before.length + expanded.length);
        byte[] tail = new byte[kept];
        int fromExpanded = Math.min(kept, expanded.length);
        int fromBefore = kept - fromExpanded;
        System.arraycopy(before, before.length - fromBefore, tail, 0, fromBefore);
        System.arraycopy(expanded, expanded.length - fromExpanded, tail, fromBefore, fromExpanded);
        return tail;
    }

    /** Whether it takes a keyframe to go on. */
    boolean isLost() {
        return lost;
    }

    /** A raw page frame as one block that stands alone, or a new reference to it where that would not shrink it. */
    static ByteBuf compress(ByteBuf frame) {
        ByteBuf payload = FrameHeader.payload(frame);
        int rawBytes = payload.readableBytes();
        boolean compressed = (FrameHeader.flags(frame) & FrameHeader.COMPRESSED) != 0;
        if (compressed || rawBytes < COMPRESS_FROM_BYTES) {
            return frame.retainedDuplicate();
        }
        byte[] raw = new byte[rawBytes];
        payload.readBytes(raw);
        ByteBuf small = ByteBufAllocator.DEFAULT.buffer(frame.readableBytes());
        writeHeader(small, frame, FrameHeader.flags(frame) | FrameHeader.COMPRESSED);
        Lz4Payload.compress(raw, small);
        if (small.readableBytes() < frame.readableBytes()) {
            return small;
        }
        small.release();
        return frame.retainedDuplicate();
    }

    private static void writeHeader(ByteBuf out, ByteBuf as, int flags) {
        FrameType type = FrameType.ofCode(FrameHeader.typeCode(as));
        if (type == null) {
            throw new IllegalArgumentException("only a checked frame is transcoded");
        }
        FrameHeader.write(out, type, flags, FrameHeader.sender(as), FrameHeader.epoch(as), FrameHeader.sequence(as));
    }
}
