package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An event loop's own connection, over a real socket. */
@Timeout(30)
class NioConnectionTest {
    private static final int LARGE_BYTES = 60_000;

    private ConnectedCarrier carrier;

    @BeforeEach
    void connect() throws Exception {
        carrier = new ConnectedCarrier();
    }

    @AfterEach
    void end() throws IOException {
        carrier.close();
    }

    private void clientSends(byte[] frame) {
        ByteBuf message = WireBytes.message(frame);
        try {
            OutputStream out = carrier.client.getOutputStream();
            message.readBytes(out, message.readableBytes());
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            message.release();
        }
    }

    private List<String> told() throws Exception {
        return carrier.askOnLoop(() -> List.copyOf(carrier.gate.told));
    }

    private void fill(int frames) throws Exception {
        for (int i = 0; i < frames; i++) {
            carrier.onLoop(
                    () -> carrier.gate.outlet().write(Unpooled.directBuffer().writeZero(LARGE_BYTES)));
        }
    }

    @Test
    void shouldHearEverythingInOrderHoweverTheReadsCutIt() throws Exception {
        Random random = new Random(7);
        List<String> expected = new ArrayList<>(List.of("open"));
        CountDownLatch heard = new CountDownLatch(201);
        carrier.gate.onFrame = heard::countDown;
        for (int i = 0; i <= 200; i++) {
            // The first is HELLO, which is small.
            byte[] frame =
                    new byte[i == 0 ? FrameHeader.LENGTH_BYTES : 1 + random.nextInt(i % 20 == 0 ? 150_000 : 2_000)];
            random.nextBytes(frame);
            expected.add("frame " + ByteBufUtil.hexDump(frame));
            clientSends(frame);
        }
        heard.await();
        assertThat(told().equals(expected)).isTrue();
    }

    @Test
    void shouldNotReadWhileItIsHeldAndGoOnThen() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        carrier.gate.onFrame = heard::countDown;
        carrier.onLoop(() -> carrier.gate.outlet().setReading(false));
        clientSends(new byte[FrameHeader.LENGTH_BYTES]);
        // Each waits for a whole turn of the loop, in which what is ready is dealt with.
        for (int turn = 0; turn < 20; turn++) {
            assertThat(told()).containsExactly("open");
        }
        carrier.onLoop(() -> carrier.gate.outlet().setReading(true));
        heard.await();
        assertThat(told()).hasSize(2);
    }

    @Test
    void shouldStopInTheMiddleOfAReadThatHasItHeld() throws Exception {
        CountDownLatch heard = new CountDownLatch(2);
        carrier.gate.onFrame = () -> {
            carrier.gate.outlet().setReading(false);
            heard.countDown();
        };
        clientSends(new byte[FrameHeader.LENGTH_BYTES]);
        while (told().size() < 2) {
            Thread.onSpinWait();
        }
        clientSends(new byte[FrameHeader.LENGTH_BYTES]);
        for (int turn = 0; turn < 20; turn++) {
            assertThat(told()).hasSize(2);
        }
        carrier.onLoop(() -> carrier.gate.outlet().setReading(true));
        heard.await();
    }

    @Test
    void shouldSayWhenItIsFullAndWhenItHasRoom() throws Exception {
        int frames = 40;
        fill(frames);
        assertThat(told()).containsExactly("open", "writable false");
        assertThat(carrier.all.waitingBytesOfEach().sum()).isGreaterThan(ConnectedCarrier.LIMITS.inFlightBytes());
        assertThat(carrier.askOnLoop(() -> carrier.connection.bytesBeforeWritable()))
                .isGreaterThan(ConnectedCarrier.LIMITS.inFlightBytes() - ConnectedCarrier.LIMITS.resumeBytes());

        carrier.read(frames * (LARGE_BYTES + Integer.BYTES));
        while (told().size() < 3) {
            Thread.onSpinWait();
        }
        assertThat(told()).containsExactly("open", "writable false", "writable true");
        assertThat(carrier.all.waitingBytesOfEach().sum()).isZero();
    }

    @Test
    void shouldTellOnceThatItsClientIsGoneAndKeepNothing() throws Exception {
        fill(10);
        carrier.client.setSoLinger(true, 0);
        carrier.client.close();
        while (carrier.all.waitingBytesOfEach().count() > 0) {
            Thread.onSpinWait();
        }
        ByteBuf late = Unpooled.directBuffer().writeZero(LARGE_BYTES);
        carrier.onLoop(() -> carrier.gate.outlet().write(late));
        carrier.onLoop(() -> {});
        assertThat(told()).filteredOn(what -> what.equals("closed")).hasSize(1);
        assertThat(late.refCnt()).isZero();
        assertThat(carrier.askOnLoop(() -> carrier.connection.isBackedUp())).isTrue();
    }

    @Test
    void shouldSendTheCloseBehindAllThatWaitsAndEndWithTheClient() throws Exception {
        int frames = 12;
        fill(frames);
        CompletableFuture<Void> emptied = carrier.all.goAway().toCompletableFuture();
        carrier.read(frames * (LARGE_BYTES + Integer.BYTES));
        byte[] close = carrier.read(2 + Short.BYTES + "the node stops".length());
        assertThat(WireBytes.close(Unpooled.wrappedBuffer(close)))
                .isEqualTo(CloseCode.GOING_AWAY.code() + " the node stops");
        assertThat(emptied).isNotDone();
        carrier.client.shutdownOutput();
        emptied.get();
        assertThat(carrier.client.getInputStream().read()).isNegative();
    }

    @Test
    void shouldCutWhoDoesNotEnd() throws Exception {
        fill(12);
        CompletableFuture<Void> emptied = carrier.all.goAway().toCompletableFuture();
        carrier.all.cut();
        emptied.get();
        // Behind what was done when it was closed comes that its carrier is told.
        carrier.onLoop(() -> {});
        assertThat(told()).endsWith("closed");
    }
}
