package io.tandem.load.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.nio.charset.StandardCharsets;

/** A frame that a peer got, taken out of Netty's hands. Never compared as a whole, so its array may be one. */
@SuppressWarnings("ArrayRecordComponent")
public record Received(int typeCode, int flags, int sender, int epoch, long sequence, byte[] payload) {
    static Received of(ByteBuf frame) {
        return new Received(
                FrameHeader.typeCode(frame),
                FrameHeader.flags(frame),
                FrameHeader.sender(frame),
                FrameHeader.epoch(frame),
                FrameHeader.sequence(frame),
                ByteBufUtil.getBytes(FrameHeader.payload(frame)));
    }

    /** Whether it is of this type. */
    public boolean is(FrameType type) {
        return typeCode == type.code();
    }

    /** The payload of a control frame. */
    public JsonMembers json() {
        return JsonMembers.parse(new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        FrameType type = FrameType.ofCode(typeCode);
        return type + " from " + sender + ", epoch " + epoch + ", sequence " + sequence + ", " + payload.length
                + " bytes"
                + (typeCode < FrameType.KEYFRAME.code() ? " " + new String(payload, StandardCharsets.UTF_8) : "");
    }
}
