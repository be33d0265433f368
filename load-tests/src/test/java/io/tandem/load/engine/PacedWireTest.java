package io.tandem.load.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PacedWireTest {
    private static final int KBIT = 8_000;
    private static final EventLoop LOOP = new DefaultEventLoop();

    @AfterAll
    static void stop() {
        LOOP.shutdownGracefully();
    }

    /** What has left the link. */
    private static final class Taken implements Wire {
        final BlockingQueue<FrameType> types = new LinkedBlockingQueue<>();

        @Override
        public void send(ByteBuf frame) {
            types.add(FrameType.ofCode(FrameHeader.typeCode(frame)));
            frame.release();
        }

        @Override
        public long waitingBytes() {
            return 0;
        }

        @Override
        public Traffic traffic() {
            return Traffic.NONE;
        }

        @Override
        public void setReading(boolean on) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void cut() {
            // Nothing is there to be cut.
        }
    }

    private static ByteBuf frame(FrameType type, int bytes) {
        ByteBuf frame = Unpooled.buffer();
        FrameHeader.write(frame, type, FrameHeader.NO_FLAGS, 0, 1, 1);
        return frame.writeZero(bytes);
    }

    @Test
    void shouldLetAPointerPassAPageThatWaitsAndLoseNothing() throws InterruptedException {
        Taken taken = new Taken();
        int pages = 30;
        LOOP.submit(() -> {
                    PacedWire wire = new PacedWire(taken, LOOP, KBIT);
                    for (int i = 0; i < pages; i++) {
                        wire.send(frame(FrameType.MUTATIONS, 8_000));
                    }
                    wire.send(frame(FrameType.CURSOR, 20));
                    assertThat(wire.waitingBytes()).isGreaterThan(pages * 8_000L);
                })
                .syncUninterruptibly();

        List<FrameType> order = new ArrayList<>();
        for (int i = 0; i <= pages; i++) {
            order.add(taken.types.take());
        }

        // 50 ms at 8 Mbit/s are 50,000 bytes: seven pages are on the link before it.
        assertThat(order.indexOf(FrameType.CURSOR)).isEqualTo(7);
        assertThat(order).hasSize(pages + 1);
    }

    @Test
    void shouldForgetWhatWaitsWhenItIsCut() {
        Taken taken = new Taken();

        LOOP.submit(() -> {
                    PacedWire wire = new PacedWire(taken, LOOP, 1);
                    wire.send(frame(FrameType.MUTATIONS, 8_000));
                    wire.send(frame(FrameType.CURSOR, 20));
                    wire.cut();
                    wire.send(frame(FrameType.CURSOR, 20));
                    assertThat(wire.waitingBytes()).isZero();
                })
                .syncUninterruptibly();

        assertThat(taken.types).isEmpty();
    }
}
