package io.tandem.relay.fuzz;

import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.Random;

/** Draws inputs: a part of pure noise, the greater part nearly right, so that they get past the first check. */
public final class RandomBytes {
    private static final FrameType[] TYPES = FrameType.values();

    private final Random random;

    /** Draws the same inputs again for the same seed. */
    public RandomBytes(long seed) {
        random = new Random(seed);
    }

    /** A number from 0 to below the bound. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    /** True once in so many times. */
    public boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    byte[] noise(int maxLength) {
        byte[] bytes = new byte[random.nextInt(maxLength + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A frame whose header is right in most of its fields. */
    byte[] frame() {
        if (oneIn(4)) {
            return noise(2 * FrameHeader.LENGTH_BYTES);
        }
        byte[] payload = noise(40);
        byte[] frame = new byte[FrameHeader.LENGTH_BYTES + payload.length];
        random.nextBytes(frame);
        frame[0] = (byte) (oneIn(8) ? random.nextInt() : TYPES[below(TYPES.length)].code());
        frame[1] = (byte) (oneIn(2) ? 0 : oneIn(2) ? random.nextInt() : below(8));
        frame[2] = (byte) (oneIn(8) ? random.nextInt() : 0);
        frame[3] = (byte) (oneIn(8) ? random.nextInt() : 0);
        System.arraycopy(payload, 0, frame, FrameHeader.LENGTH_BYTES, payload.length);
        return frame;
    }

    /** A WebSocket frame as a client sends it, with a fault in about every fourth. */
    public byte[] webSocketFrame() {
        byte[] payload = oneIn(200) ? noise(70_000) : oneIn(10) ? noise(300) : frame();
        int lengthForm = payload.length < 126 ? 0 : payload.length <= 0xFFFF ? 2 : 8;
        byte[] wire = new byte[2 + lengthForm + 4 + payload.length];
        int opcode = oneIn(8) ? below(16) : new int[] {2, 2, 2, 2, 0, 9, 10}[below(7)];
        wire[0] = (byte) ((oneIn(6) ? 0 : 0x80) | opcode);
        wire[1] = (byte) (0x80 | (lengthForm == 0 ? payload.length : lengthForm == 2 ? 126 : 127));
        for (int i = 0; i < lengthForm; i++) {
            wire[2 + i] = (byte) ((long) payload.length >>> (Byte.SIZE * (lengthForm - 1 - i)));
        }
        System.arraycopy(payload, 0, wire, 2 + lengthForm + 4, payload.length);
        if (oneIn(6)) {
            wire[below(Math.min(wire.length, 14))] = (byte) random.nextInt();
        }
        return wire;
    }
}
