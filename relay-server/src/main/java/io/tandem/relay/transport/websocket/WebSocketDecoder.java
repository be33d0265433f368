package io.tandem.relay.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameViolation;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Turns the bytes of one client into messages and control frames (RFC 6455, section 5.2).
 *
 * <pre>
 *  0               1               2               3
 * +-+-+-+-+-------+-+-------------+-------------------------------+
 * |F|R|R|R| opcode|M| length: 0 to|  16 bits of length if 126,    |
 * |I|S|S|S|       |A| 125, or 126 |  64 if 127                    |
 * |N|V|V|V|       |S| or 127      |                               |
 * |1|1|2|3|       |K|             |                               |
 * +-+-+-+-+-------+-+-------------+-------------------------------+
 * |  mask: 32 bits                                                |
 * +---------------------------------------------------------------+
 * |  payload, each byte xor the mask's byte at its place modulo 4 ...
 * </pre>
 *
 * A message that arrives whole is unmasked in place and passed on without a copy; only what is cut by a read is gathered.
 * The first message is HELLO: before it nothing larger is gathered. The first fault ends it: whatever comes later is passed over. Belongs to the carrier's event loop.
 */
final class WebSocketDecoder {
    /** What was read, in the order of reading. */
    interface Events {
        /** A binary message, whole. Takes ownership. */
        void onMessage(ByteBuf message);

        /** A ping, to be answered by a pong of the same payload. */
        void onPing(byte[] payload);

        /** The client closes; nothing follows. */
        void onClose(CloseFrame close);

        /** The client broke the protocol; nothing follows. */
        void onViolation(CloseCode code, String reason);
    }

    private enum State {
        /** Collects a frame's header. */
        HEADER,
        /** Inside the payload of a data frame. */
        DATA,
        /** Inside the payload of a control frame. */
        CONTROL,
        /** A close or a fault came: passes everything over. */
        ENDED
    }

    private static final int FIN_BIT = 0x80;
    private static final int RESERVED_BITS = 0x70;
    private static final int OPCODE_BITS = 0x0F;
    private static final int MASK_BIT = 0x80;
    private static final int LENGTH_BITS = 0x7F;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MAX_16_BIT_LENGTH = 0xFFFF;
    private static final int FIRST_BYTES = 2;
    private static final int MASK_BYTES = Integer.BYTES;
    private static final int MAX_HEADER_BYTES = FIRST_BYTES + Long.BYTES + MASK_BYTES;
    private static final int MAX_CONTROL_PAYLOAD_BYTES = 125;

    private static final byte[] NO_PAYLOAD = {};

    /** What a message that was cut is given at first: small, for a length that is only declared costs the client nothing. */
    private static final int GATHER_BYTES = 1024;

    private final ByteBufAllocator allocator;
    private final Events events;

    private State state = State.HEADER;

    /** What came of a header that a read ended in. */
    private byte @Nullable [] cutHeader;

    private byte headerLength;
    private byte headerNeeded = FIRST_BYTES;

    /** Where in what is read the last header's bytes begin, as far as they are in it. */
    private int headerFrom;

    /** The last header's first bit. */
    private boolean isFinal;

    /** Whether what is read has become its own last message. */
    private boolean isHandedOn;

    private Opcode opcode = Opcode.BINARY;
    private int mask;
    private int payloadLength;
    private int payloadRead;

    /** The message so far, where it came in pieces. */
    private @Nullable ByteBuf gathered;

    /** Whether the last data frame was not its message's last. */
    private boolean fragmented;

    /** Whether HELLO has come: what comes before it may be no larger. */
    private boolean isGreeted;

    /** Whether messages are passed over; the client's close is still heard. */
    private boolean discards;

    /** The payload of the control frame that is read: there rarely is one. */
    private byte[] control = NO_PAYLOAD;

    WebSocketDecoder(ByteBufAllocator allocator, Events events) {
        this.allocator = allocator;
        this.events = events;
    }

    /**
     * Reads all of {@code in}, unmasks in it, and writes headers over its masks. The caller's reference stays the caller's; its content and its
     * indexes do not, for where it ends with a message it is itself that message.
     */
    void read(ByteBuf in) {
        headerFrom = Integer.MAX_VALUE;
        isHandedOn = false;
        while (!isHandedOn && in.isReadable()) {
            switch (state) {
                case HEADER -> readHeader(in);
                case DATA -> readData(in);
                case CONTROL -> readControl(in);
                case ENDED -> in.skipBytes(in.readableBytes());
            }
        }
    }

    /** Nobody wants messages any more: what comes of them is not kept. */
    void discardMessages() {
        discards = true;
        letGo();
    }

    /** Lets go of what was gathered; nothing is read after it. */
    void end() {
        state = State.ENDED;
        letGo();
    }

    private void letGo() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }

    private void readHeader(ByteBuf in) {
        headerFrom = in.readerIndex();
        if (cutHeader == null && in.readableBytes() >= MAX_HEADER_BYTES) {
            readWholeHeader(in);
            return;
        }
        byte[] header = cutHeader == null ? new byte[MAX_HEADER_BYTES] : cutHeader;
        cutHeader = header;
        while (headerLength < headerNeeded && in.isReadable()) {
            header[headerLength++] = in.readByte();
            if (headerLength == FIRST_BYTES && !firstBytesAreRight(header[0], header[1])) {
                return;
            }
        }
        if (headerLength == headerNeeded) {
            cutHeader = null;
            headerLength = 0;
            headerNeeded = FIRST_BYTES;
            int form = header[1] & LENGTH_BITS;
            int maskAt = FIRST_BYTES + lengthBytes(form);
            long length = form < LENGTH_16 ? form : bigEndian(header, FIRST_BYTES, maskAt);
            beginPayload(form, length, (int) bigEndian(header, maskAt, maskAt + MASK_BYTES));
        }
    }

    /** As nearly all do: no read ends in it. */
    private void readWholeHeader(ByteBuf in) {
        int first = in.readShort();
        if (!firstBytesAreRight(first >>> Byte.SIZE, first)) {
            return;
        }
        int form = first & LENGTH_BITS;
        long length = switch (form) {
            case LENGTH_16 -> in.readUnsignedShort();
            case LENGTH_64 -> in.readLong();
            default -> form;
        };
        headerNeeded = FIRST_BYTES;
        beginPayload(form, length, in.readInt());
    }

    private boolean firstBytesAreRight(int first, int second) {
        int length = second & LENGTH_BITS;
        Opcode named = Opcode.ofCode(first & OPCODE_BITS);
        isFinal = (first & FIN_BIT) != 0;
        if ((first & RESERVED_BITS) != 0) {
            return fault("reserved bits 0x%02x; allowed are none: no extension was agreed", first & RESERVED_BITS);
        }
        if (named == null) {
            return fault("opcode 0x%x; allowed are 0x0, 0x2, 0x8, 0x9 and 0xa", first & OPCODE_BITS);
        }
        if ((second & MASK_BIT) == 0) {
            return fault("a %s frame without a mask; allowed from a client are masked ones", named);
        }
        if (named.isControl() && (!isFinal || length > MAX_CONTROL_PAYLOAD_BYTES)) {
            return fault("a %s frame cut up or long; allowed is one of up to 125 bytes", named);
        }
        if (!named.isControl() && fragmented != (named == Opcode.CONTINUATION)) {
            return fault("a %s frame; allowed here is %s", named, fragmented ? "a continuation" : "a new message");
        }
        if (named == Opcode.TEXT) {
            return fault(CloseCode.UNSUPPORTED_DATA, "a text message; allowed are binary ones");
        }
        opcode = named;
        headerNeeded = (byte) (FIRST_BYTES + lengthBytes(length) + MASK_BYTES);
        return true;
    }

    private static int lengthBytes(int length) {
        return switch (length) {
            case LENGTH_16 -> Short.BYTES;
            case LENGTH_64 -> Long.BYTES;
            default -> 0;
        };
    }

    private void beginPayload(int form, long length, int maskRead) {
        if ((form == LENGTH_16 && length < LENGTH_16)
                || (form == LENGTH_64 && length >= 0 && length <= MAX_16_BIT_LENGTH)) {
            fault("a length of %d in %d bytes; allowed is the shortest form", length, lengthBytes(form));
            return;
        }
        if (length < 0) {
            fault("a length with its top bit set; allowed are 63 bits");
            return;
        }
        if (!opcode.isControl() && !messageMayGrowBy(length)) {
            return;
        }
        mask = maskRead;
        payloadLength = (int) length;
        payloadRead = 0;
        control = opcode.isControl() ? bytes(payloadLength) : NO_PAYLOAD;
        state = opcode.isControl() ? State.CONTROL : State.DATA;
        if (payloadLength == 0) {
            endPayload();
        }
    }

    private static byte[] bytes(int length) {
        return length == 0 ? NO_PAYLOAD : new byte[length];
    }

    private boolean messageMayGrowBy(long length) {
        int before = gathered == null ? 0 : gathered.readableBytes();
        if (length > FrameHeader.MAX_FRAME_BYTES - before) {
            return fault(
                    CloseCode.MESSAGE_TOO_BIG,
                    "a message of more than %d bytes; allowed are that many",
                    FrameHeader.MAX_FRAME_BYTES);
        }
        if (!isGreeted && length > FrameHeader.MAX_CONTROL_FRAME_BYTES - before) {
            return fault(
                    CloseCode.MALFORMED,
                    "a first message of more than %d bytes; allowed is a HELLO of that many",
                    FrameHeader.MAX_CONTROL_FRAME_BYTES);
        }
        return true;
    }

    private static long bigEndian(byte[] header, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            value = (value << Byte.SIZE) | (header[i] & 0xFF);
        }
        return value;
    }

    private void readData(ByteBuf in) {
        int length = Math.min(payloadLength - payloadRead, in.readableBytes());
        if (discards) {
            in.skipBytes(length);
            payloadRead += length;
            if (payloadRead == payloadLength) {
                endPayload();
            }
            return;
        }
        if (length == payloadLength && gathered == null && isFinal) {
            endMessage(inPlace(in, length));
            return;
        }
        ByteBuf into = gathered == null ? gather(length) : gathered;
        int start = into.writerIndex();
        into.writeBytes(in, length);
        Mask.remove(into, start, length, mask, payloadRead);
        payloadRead += length;
        if (payloadRead == payloadLength) {
            endPayload();
        }
    }

    /**
     * A message where it was read. Where enough of its header stands in front of it, as it does unless a read ended in between, the header that it
     * may leave with for another client takes its place: it is 4 bytes shorter, for want of a mask.
     */
    private ByteBuf inPlace(ByteBuf in, int length) {
        int at = in.readerIndex();
        Mask.remove(in, at, length, mask, 0);
        if (at - headerFrom >= WebSocketFrames.headerBytes(length)) {
            WebSocketFrames.writeHeaderBefore(in, at, length);
        }
        if (in.readableBytes() == length) {
            isHandedOn = true;
            return in.retain();
        }
        in.skipBytes(length);
        return in.retainedDuplicate().setIndex(at, at + length);
    }

    private ByteBuf gather(int firstLength) {
        ByteBuf buffer = allocator.buffer(Math.min(payloadLength, Math.max(2 * firstLength, GATHER_BYTES)));
        gathered = buffer;
        return buffer;
    }

    private void readControl(ByteBuf in) {
        while (payloadRead < payloadLength && in.isReadable()) {
            control[payloadRead] = (byte) (in.readByte() ^ Mask.at(mask, payloadRead));
            payloadRead++;
        }
        if (payloadRead == payloadLength) {
            endPayload();
        }
    }

    private void endPayload() {
        state = State.HEADER;
        switch (opcode) {
            case PING -> events.onPing(control);
            case PONG -> {}
            case CLOSE -> endWithClose();
            case BINARY, CONTINUATION, TEXT -> endFragment();
        }
    }

    private void endFragment() {
        fragmented = !isFinal;
        if (discards) {
            return;
        }
        if (!fragmented) {
            ByteBuf message = gathered == null ? allocator.buffer(0) : gathered;
            gathered = null;
            endMessage(message);
        } else if (gathered == null) {
            gather(0);
        }
    }

    private void endMessage(ByteBuf message) {
        state = State.HEADER;
        fragmented = false;
        isGreeted = true;
        events.onMessage(message);
    }

    private void endWithClose() {
        CloseFrame close;
        try {
            close = CloseFrame.read(control, payloadLength);
        } catch (FrameViolation violation) {
            end();
            events.onViolation(violation.code(), violation.reason());
            return;
        }
        end();
        events.onClose(close);
    }

    private boolean fault(String format, Object... arguments) {
        return fault(CloseCode.PROTOCOL_ERROR, format, arguments);
    }

    private boolean fault(CloseCode code, String format, Object... arguments) {
        end();
        events.onViolation(code, String.format(Locale.ROOT, format, arguments));
        return false;
    }
}
