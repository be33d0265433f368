package io.tandem.load.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StampTest {
    private final Stamp stamp = new Stamp();

    private ByteBuf frame(int payloadBytes) {
        ByteBuf frame = Unpooled.directBuffer();
        // As in a buffer that another frame stands in front of.
        frame.writeZero(7).skipBytes(7);
        stamp.write(frame, FrameType.MUTATIONS, FrameHeader.NO_FLAGS, 3, 70_000, 123_456_789L, 42, payloadBytes);
        return frame;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 17, 100, 8_192, 60_000, 200_000})
    void shouldTellWhatWasWritten(int payloadBytes) {
        ByteBuf frame = frame(payloadBytes);

        assertThat(frame.readableBytes()).isEqualTo(FrameHeader.LENGTH_BYTES + Math.max(Stamp.BYTES, payloadBytes));
        assertThat(FrameHeader.sequence(frame)).isEqualTo(70_000);
        assertThat(stamp.isWhole(frame)).isTrue();
        assertThat(Stamp.dueNanos(frame)).isEqualTo(123_456_789L);
        assertThat(Stamp.pair(frame)).isEqualTo(42);
        frame.release();
    }

    @Test
    void shouldNotMindWhatTheRelayStamps() {
        ByteBuf frame = frame(100);
        FrameHeader.stampSender(frame, 9);

        assertThat(stamp.isWhole(frame)).isTrue();
        frame.release();
    }

    @Test
    void shouldFindEveryChangedBitOfWhatTheSenderWrote() {
        ByteBuf frame = frame(40);
        for (int at = 0; at < frame.readableBytes(); at++) {
            // Flags, sender, reserved byte and epoch are not the sum's.
            if (at > 0 && at < FrameHeader.LENGTH_BYTES - Integer.BYTES) {
                continue;
            }
            int index = frame.readerIndex() + at;
            frame.setByte(index, frame.getByte(index) ^ 1);
            assertThat(stamp.isWhole(frame)).as("byte %d", at).isFalse();
            frame.setByte(index, frame.getByte(index) ^ 1);
        }
        assertThat(stamp.isWhole(frame)).isTrue();
        assertThat(stamp.isWhole(frame.slice(frame.readerIndex(), frame.readableBytes() - 1)))
                .isFalse();
        assertThat(stamp.isWhole(frame.slice(frame.readerIndex(), FrameHeader.LENGTH_BYTES)))
                .isFalse();
        frame.release();
    }
}
