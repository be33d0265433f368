package io.tandem.load.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import org.jspecify.annotations.Nullable;

/**
 * The page lane at the viewer (protocol, section 4.1): each frame once and in order, acknowledged; what is missing is asked for, and the whole
 * page only where nothing else helps.
 */
public class PageReceiver {
    /** The protocol's bound of a page batch, joined. */
    public static final int MAX_BATCH_BYTES = 64 << 20;

    /** Acknowledged at the latest after this time ... */
    private static final long ACK_MILLIS = 50;

    /** ... or this many bytes. */
    private static final int ACK_BYTES = 4_096;

    /** While a gap stays open, what fills it is asked for again after this time, each time after twice as long ... */
    private static final long RESUME_AGAIN_MILLIS = 1_000;

    /** ... and a keyframe that was asked for and does not begin to come, after this ... */
    private static final long ASK_AGAIN_MILLIS = 2_000;

    /** ... but never more rarely than this. */
    private static final long AGAIN_AT_MOST_MILLIS = 32_000;

    private static final int HALF_THE_EPOCHS = 0x8000;
    private static final int EPOCH_BITS = 0xFFFF;

    /** Why a keyframe is asked for. */
    public enum Reason {
        /** There is no page yet. */
        JOINED(1),
        /** Something is missing. */
        GAP(2),
        /** What came is of no use. */
        CANNOT_APPLY(3);

        private final int code;

        Reason(int code) {
            this.code = code;
        }
    }

    /** Where page batches go, and what expands them. */
    public interface Mirror {
        /** A compressed payload, expanded. */
        byte[] expand(byte[] payload, boolean linked);

        /** One whole page batch, in order, once. */
        void batch(byte[] batch, int epoch);
    }

    private final DeliveryClock clock;
    private final DeliveryFrame.Sender out;
    private final Mirror mirror;
    private final long mark;
    private int epoch;
    private long last;

    /** Whether there is a line of sequences to go on with: a keyframe has begun to come. */
    private boolean inLine;

    /** The parts of a batch under way; null outside of one. */
    private @Nullable ByteBuf parts;

    private int unacknowledgedBytes;
    private DeliveryClock.@Nullable Timer ack;
    private DeliveryClock.@Nullable Timer again;
    private long askAgainMillis = ASK_AGAIN_MILLIS;
    private long resumeMillis;
    private long resumeAgainMillis = RESUME_AGAIN_MILLIS;

    /**
     * A receiver that holds no page yet.
     *
     * @param mark what this viewer's requests bear, and no earlier one's of the same agent
     */
    public PageReceiver(DeliveryClock clock, DeliveryFrame.Sender out, Mirror mirror, long mark) {
        this.mark = mark;
        this.clock = clock;
        this.out = out;
        this.mirror = mirror;
    }

    /** Takes KEYFRAME and MUTATIONS. */
    public final void accept(DeliveryFrame frame) {
        if (isBefore(frame.epoch(), epoch)) {
            return;
        }
        boolean ours = inLine && frame.epoch() == epoch;
        boolean again = ours && frame.sequence() <= last;
        boolean next = ours && frame.sequence() == last + 1;
        // To a viewer without LZ4 no part of a keyframe is LINKED: what follows a part is a part, too.
        boolean begins = frame.beginsLine() && !(next && parts != null);
        if (again && isKnown(frame)) {
            acknowledge(0);
        } else if (again || begins || next) {
            take(frame, begins);
        } else if (inLine) {
            resumeAfterGap();
        }
    }

    /** Whether a frame that is no later than the last one was processed, as all of them were. */
    protected boolean isKnown(DeliveryFrame frame) {
        return true;
    }

    private static boolean isBefore(int epoch, int current) {
        return current > 0 && ((epoch - current) & EPOCH_BITS) >= HALF_THE_EPOCHS;
    }

    private void take(DeliveryFrame frame, boolean begins) {
        epoch = frame.epoch();
        last = frame.sequence();
        inLine = true;
        resumeMillis = 0;
        resumeAgainMillis = RESUME_AGAIN_MILLIS;
        stopAsking();
        byte[] payload = frame.has(FrameHeader.COMPRESSED)
                ? mirror.expand(frame.payload(), frame.has(FrameHeader.LINKED))
                : frame.payload();
        acknowledge(frame.bytes());
        if (begins || (parts == null && frame.type() == FrameType.MUTATIONS)) {
            parts = Unpooled.buffer();
        }
        if (parts != null) {
            join(parts, payload, frame.has(FrameHeader.MORE));
        }
    }

    private void join(ByteBuf into, byte[] payload, boolean more) {
        into.writeBytes(payload);
        if (into.readableBytes() > MAX_BATCH_BYTES) {
            ask(Reason.CANNOT_APPLY);
        } else if (!more) {
            parts = null;
            mirror.batch(ByteBufUtil.getBytes(into), epoch);
        }
    }

    private void acknowledge(int bytes) {
        unacknowledgedBytes += bytes;
        if (unacknowledgedBytes >= ACK_BYTES) {
            sendAck();
        } else if (ack == null) {
            ack = clock.after(ACK_MILLIS, this::sendAck);
        }
    }

    private void stopAcknowledging() {
        if (ack != null) {
            ack.cancel();
            ack = null;
        }
        unacknowledgedBytes = 0;
    }

    private void sendAck() {
        stopAcknowledging();
        if (inLine) {
            send(FrameType.PAGE_ACK, 0, acknowledged(last));
        }
    }

    /** What an acknowledgement names. */
    protected long acknowledged(long processed) {
        return processed;
    }

    private void send(FrameType type, long sequence, long number) {
        out.send(new DeliveryFrame(type, FrameHeader.NO_FLAGS, 0, epoch, sequence, Payload.number(number)));
    }

    private void resume() {
        stopAcknowledging();
        send(FrameType.RESUME, mark, acknowledged(last));
    }

    private void resumeAfterGap() {
        if (clock.nowMillis() < resumeMillis) {
            return;
        }
        resumeMillis = clock.nowMillis() + resumeAgainMillis;
        resumeAgainMillis = Math.min(resumeAgainMillis * 2, AGAIN_AT_MOST_MILLIS);
        resume();
    }

    /** The page that was shown is of no use: drops what comes until the next keyframe, and asks for one. */
    public final void ask(Reason reason) {
        inLine = false;
        parts = null;
        stopAcknowledging();
        send(FrameType.KEYFRAME_REQUEST, mark, reason.code);
        askLater(reason);
    }

    private void askLater(Reason reason) {
        if (again != null) {
            again.cancel();
        }
        again = clock.after(askAgainMillis, () -> {
            send(FrameType.KEYFRAME_REQUEST, mark, reason.code);
            askLater(reason);
        });
        askAgainMillis = Math.min(askAgainMillis * 2, AGAIN_AT_MOST_MILLIS);
    }

    private void stopAsking() {
        if (again != null) {
            again.cancel();
            again = null;
        }
        askAgainMillis = ASK_AGAIN_MILLIS;
    }

    /** The tag asks how far the page has come, or the channel has opened: tells it, or that there is no page. */
    public final void tell() {
        if (inLine) {
            resume();
        } else {
            ask(Reason.JOINED);
        }
    }

    /** No more questions and acknowledgements: the viewer is gone. */
    public final void stop() {
        stopAcknowledging();
        stopAsking();
    }
}
