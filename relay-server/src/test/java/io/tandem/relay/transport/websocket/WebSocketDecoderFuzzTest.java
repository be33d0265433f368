package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.fuzz.RandomBytes;
import org.junit.jupiter.api.Test;

class WebSocketDecoderFuzzTest {
    private static final long SEED = 20_261_123;
    private static final int FRAMES = 350_000;

    /** Counts what it gives out instead of following it: so the many inputs take seconds. */
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);

    /** Counts what was read and lets go of it. */
    private static final class Counts implements WebSocketDecoder.Events {
        private int messages;
        private int pings;
        private int ends;

        @Override
        public void onMessage(ByteBuf message) {
            messages++;
            // It may be what is read itself, of which nothing may be read twice.
            message.skipBytes(message.readableBytes());
            message.release();
        }

        @Override
        public void onPing(byte[] payload) {
            pings++;
        }

        @Override
        public void onClose(CloseFrame close) {
            ends++;
        }

        @Override
        public void onViolation(CloseCode code, String reason) {
            assertThat(reason).contains("allowed");
            ends++;
        }
    }

    @Test
    void shouldReadWhateverComesAndKeepNothing() {
        RandomBytes random = new RandomBytes(SEED);
        Counts counts = new Counts();
        WebSocketDecoder decoder = new WebSocketDecoder(allocator, counts);
        int endsBefore = 0;
        for (int i = 0; i < FRAMES; i++) {
            byte[] wire = random.webSocketFrame();
            int cut = random.oneIn(3) ? random.below(wire.length) : wire.length;
            read(decoder, wire, 0, cut);
            read(decoder, wire, cut, wire.length - cut);
            if (counts.ends > endsBefore) {
                endsBefore = counts.ends;
                decoder.end();
                decoder = new WebSocketDecoder(allocator, counts);
            }
        }
        decoder.end();

        assertThat(allocator.metric().usedHeapMemory())
                .as("bytes that nobody released")
                .isZero();
        assertThat(counts.messages).isGreaterThan(FRAMES / 4);
        assertThat(counts.pings).isGreaterThan(FRAMES / 100);
        assertThat(counts.ends).isGreaterThan(FRAMES / 50);
    }

    private void read(WebSocketDecoder decoder, byte[] wire, int from, int length) {
        ByteBuf in = allocator.heapBuffer(Math.max(1, length)).writeBytes(wire, from, length);
        decoder.read(in);
        assertThat(in.isReadable()).isFalse();
        assertThat(in.release()).isTrue();
    }
}
