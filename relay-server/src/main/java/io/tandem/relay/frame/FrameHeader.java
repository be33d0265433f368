package io.tandem.relay.frame;

import io.netty.buffer.ByteBuf;

/**
 * Reads and writes a frame's header in place, at the buffer's reader index, without moving it.
 *
 * <pre>
 *  0               1               2               3
 * +---------------+---------------+---------------+---------------+
 * |     type      |     flags     |    sender     |   reserved    |
 * +---------------+---------------+---------------+---------------+
 * |          page epoch           |       sequence (high)         |
 * +-------------------------------+-------------------------------+
 * |       sequence (low)          |  payload ...
 * +-------------------------------+
 * </pre>
 *
 * Every integer is big-endian. The readers expect a buffer that {@link FrameCheck#header} has passed.
 */
public final class FrameHeader {
    private static final int TYPE_OFFSET = 0;
    private static final int FLAGS_OFFSET = TYPE_OFFSET + Byte.BYTES;
    private static final int SENDER_OFFSET = FLAGS_OFFSET + Byte.BYTES;
    private static final int RESERVED_OFFSET = SENDER_OFFSET + Byte.BYTES;
    private static final int EPOCH_OFFSET = RESERVED_OFFSET + Byte.BYTES;
    private static final int SEQUENCE_OFFSET = EPOCH_OFFSET + Short.BYTES;

    /** The header's length, which is where the payload begins. */
    public static final int LENGTH_BYTES = SEQUENCE_OFFSET + Integer.BYTES;

    /** The largest frame, header included: a page batch that needs more is cut with {@link #MORE}. */
    public static final int MAX_FRAME_BYTES = 1 << 20;

    /** The largest payload of the control lane: JSON that a person could read. */
    public static final int MAX_CONTROL_PAYLOAD_BYTES = 16 << 10;

    /** The largest control frame: all that a client may say before it is known. */
    public static final int MAX_CONTROL_FRAME_BYTES = LENGTH_BYTES + MAX_CONTROL_PAYLOAD_BYTES;

    /** The largest payload of PING and PONG, as in RFC 6455. */
    public static final int MAX_PING_PAYLOAD_BYTES = 125;

    /** No flag. */
    public static final int NO_FLAGS = 0;

    /** The payload is a declared length and one LZ4 block. */
    public static final int COMPRESSED = 0x01;

    /** The block's matches may reach into the preceding frames; only together with {@link #COMPRESSED}. */
    public static final int LINKED = 0x02;

    /** More frames of the same keyframe follow. */
    public static final int MORE = 0x04;

    private FrameHeader() {}

    /** The type byte, 0 to 255. */
    public static int typeCode(ByteBuf frame) {
        return frame.getUnsignedByte(frame.readerIndex() + TYPE_OFFSET);
    }

    /** The flag bits. */
    public static int flags(ByteBuf frame) {
        return frame.getUnsignedByte(frame.readerIndex() + FLAGS_OFFSET);
    }

    /** The number of the sending participant; 0 is the relay, or a client that speaks for itself. */
    public static int sender(ByteBuf frame) {
        return frame.getUnsignedByte(frame.readerIndex() + SENDER_OFFSET);
    }

    /** The reserved byte, 0 in version 1. */
    public static int reserved(ByteBuf frame) {
        return frame.getUnsignedByte(frame.readerIndex() + RESERVED_OFFSET);
    }

    /** The page epoch, 0 where the frame speaks of no page. */
    public static int epoch(ByteBuf frame) {
        return frame.getUnsignedShort(frame.readerIndex() + EPOCH_OFFSET);
    }

    /** The sequence, 0 to 2^32 - 1. */
    public static long sequence(ByteBuf frame) {
        return frame.getUnsignedInt(frame.readerIndex() + SEQUENCE_OFFSET);
    }

    /** How many bytes follow the header. */
    public static int payloadLength(ByteBuf frame) {
        return frame.readableBytes() - LENGTH_BYTES;
    }

    /** The payload as a view that shares the frame's memory and its reference count. */
    public static ByteBuf payload(ByteBuf frame) {
        return frame.slice(frame.readerIndex() + LENGTH_BYTES, payloadLength(frame));
    }

    /** Says in the frame itself who sent it; the other bytes stay as they came. */
    public static void stampSender(ByteBuf frame, int sender) {
        frame.setByte(frame.readerIndex() + SENDER_OFFSET, sender);
    }

    /** Appends a header to {@code out}, which has room for {@link #LENGTH_BYTES} or grows. */
    public static void write(ByteBuf out, FrameType type, int flags, int sender, int epoch, long sequence) {
        out.writeByte(type.code());
        out.writeByte(flags);
        out.writeByte(sender);
        out.writeByte(0);
        out.writeShort(epoch);
        out.writeInt((int) sequence);
    }
}
