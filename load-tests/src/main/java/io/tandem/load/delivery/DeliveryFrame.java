package io.tandem.load.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.Objects;

/**
 * A frame of the page or action lane.
 *
 * @param sender 0 as a client sends it; who it came from as a client gets it
 */
@SuppressWarnings("ArrayRecordComponent")
public record DeliveryFrame(FrameType type, int flags, int sender, int epoch, long sequence, byte[] payload) {
    /** A way out: takes a frame, or says that there is no carrier to take it. */
    public interface Sender {
        /** Hands a frame to the carrier; false when there is none. */
        boolean send(DeliveryFrame frame);
    }

    /** Reads one, which stays the caller's, header included. */
    public static DeliveryFrame of(ByteBuf frame) {
        return new DeliveryFrame(
                Objects.requireNonNull(FrameType.ofCode(FrameHeader.typeCode(frame)), "a frame of an unknown type"),
                FrameHeader.flags(frame),
                FrameHeader.sender(frame),
                FrameHeader.epoch(frame),
                FrameHeader.sequence(frame),
                ByteBufUtil.getBytes(FrameHeader.payload(frame)));
    }

    /** With its header. */
    public int bytes() {
        return FrameHeader.LENGTH_BYTES + payload.length;
    }

    /** As it travels, from a client. */
    public ByteBuf encode() {
        ByteBuf frame = Unpooled.buffer(bytes());
        FrameHeader.write(frame, type, flags, 0, epoch, sequence);
        return frame.writeBytes(payload);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The first frame of a keyframe: needs nothing that went before. */
    boolean beginsLine() {
        return type == FrameType.KEYFRAME && !has(FrameHeader.LINKED);
    }
}
