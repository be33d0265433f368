package io.tandem.load.delivery;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.Varint;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The payloads that delivery itself reads: numbers, SYNC, VERDICT and the deadline that every action begins with. */
public final class Payload {
    private static final int ASKS = 1;
    private static final int NUMBER_BYTES = 5;

    private Payload() {}

    /**
     * What the tag says about time and about what it has answered.
     *
     * @param asks whether it wants to hear, by RESUME, how far the page has come
     * @param clockMillis since its document began
     * @param answered for each agent, the highest sequence of its actions that was answered
     */
    public record Sync(boolean asks, long clockMillis, Map<Integer, Long> answered) {
        /** As it travels. */
        public byte[] encode() {
            ByteBuf out = Unpooled.buffer();
            writeNumber(out, asks ? ASKS : 0);
            writeNumber(out, clockMillis);
            writeNumber(out, answered.size());
            answered.forEach((participant, sequence) -> {
                writeNumber(out, participant);
                writeNumber(out, sequence);
            });
            return ByteBufUtil.getBytes(out);
        }

        static Sync decode(byte[] payload) {
            ByteBuf in = Unpooled.wrappedBuffer(payload);
            boolean asks = readNumber(in) == ASKS;
            long clockMillis = readNumber(in);
            Map<Integer, Long> answered = new LinkedHashMap<>();
            for (long count = readNumber(in); count > 0; count--) {
                int participant = (int) readNumber(in);
                answered.put(participant, readNumber(in));
            }
            return new Sync(asks, clockMillis, answered);
        }
    }

    /** What became of an action. */
    public enum Outcome {
        /** It was carried out. */
        APPLIED(0),
        /** It was not, for the reason that is given. */
        REFUSED(1),
        /** It came too late. */
        EXPIRED(2);

        private final int code;

        Outcome(int code) {
            this.code = code;
        }

        static Outcome ofCode(int code) {
            return Arrays.stream(values())
                    .filter(outcome -> outcome.code == code)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("outcome " + code));
        }
    }

    /** The tag's answer to an action. */
    public record Verdict(int participant, long sequence, Outcome outcome, String reason) {
        byte[] encode() {
            byte[] words = reason.getBytes(StandardCharsets.UTF_8);
            ByteBuf out = Unpooled.buffer();
            writeNumber(out, participant);
            writeNumber(out, sequence);
            out.writeByte(outcome.code);
            writeNumber(out, words.length);
            return ByteBufUtil.getBytes(out.writeBytes(words));
        }

        static Verdict decode(byte[] payload) {
            ByteBuf in = Unpooled.wrappedBuffer(payload);
            int participant = (int) readNumber(in);
            long sequence = readNumber(in);
            Outcome outcome = Outcome.ofCode(in.readByte());
            int length = (int) readNumber(in);
            return new Verdict(
                    participant,
                    sequence,
                    outcome,
                    in.readCharSequence(length, StandardCharsets.UTF_8).toString());
        }
    }

    /** The payload of PAGE_ACK, RESUME and KEYFRAME_REQUEST. */
    public static byte[] number(long value) {
        ByteBuf out = Unpooled.buffer(NUMBER_BYTES);
        writeNumber(out, value);
        return ByteBufUtil.getBytes(out);
    }

    static long number(byte[] payload) {
        return readNumber(Unpooled.wrappedBuffer(payload));
    }

    /** An action's payload: its deadline, then what it is. */
    static byte[] action(long deadlineMillis, byte[] body) {
        ByteBuf out = Unpooled.buffer(NUMBER_BYTES + body.length);
        writeNumber(out, deadlineMillis);
        return ByteBufUtil.getBytes(out.writeBytes(body));
    }

    /** What an action is, without its deadline. */
    public static byte[] body(DeliveryFrame action) {
        ByteBuf in = Unpooled.wrappedBuffer(action.payload());
        readNumber(in);
        return ByteBufUtil.getBytes(in);
    }

    private static void writeNumber(ByteBuf out, long value) {
        Varint.write(out, (int) value);
    }

    private static long readNumber(ByteBuf in) {
        long value = Varint.read(in);
        if (value == Varint.MALFORMED) {
            throw new IllegalArgumentException("the payload is not of its type");
        }
        return value;
    }
}
