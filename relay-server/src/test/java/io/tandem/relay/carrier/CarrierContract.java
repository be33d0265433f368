package io.tandem.relay.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.CloseReason;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every carrier keeps of the contracts of Outlet and ChannelIngress. The leak gate watches who owns what. */
public abstract class CarrierContract {
    protected static final int MARK_BYTES = 2 << 10;
    protected static final CarrierLimits LIMITS = new CarrierLimits(MARK_BYTES / 2, MARK_BYTES, 16 << 10, 2_000);

    protected final RecordingGate gate = new RecordingGate();

    /** Opens a carrier at the gate, whose client takes whatever comes. */
    protected abstract void openCarrier();

    /** The client sends these frames, one behind the other, if the carrier lets it. */
    protected abstract void clientSends(List<byte[]> frames);

    /** The client sends a frame of one byte more than is allowed, or begins to. */
    protected abstract void clientSendsTooMuch();

    /** The client closes, as its carrier does that. */
    protected abstract void clientCloses();

    /** The client's network takes nothing, or goes on. */
    protected abstract void clientTakes(boolean on);

    /** The client is gone without a word. */
    protected abstract void clientVanishes();

    /** What the client got since the last call: "frame HEX" or "close CODE REASON". */
    protected abstract List<String> clientGot();

    /** Whether what the client sends next has to wait. */
    protected abstract boolean clientIsHeldBack();

    /** Ends what was opened. */
    protected abstract void endCarrier();

    @BeforeEach
    void open() {
        openCarrier();
        gate.told.clear();
    }

    @AfterEach
    void end() {
        endCarrier();
    }

    @Test
    void shouldHandOnEveryFrameInOrder() {
        Random random = new Random(1);
        List<byte[]> frames = new ArrayList<>();
        List<String> told = new ArrayList<>();
        for (int length : new int[] {10, 11, 125, 126, 4_095, 4_096, 65_535, 65_536, 300_000, 10}) {
            byte[] frame = new byte[length];
            random.nextBytes(frame);
            frames.add(frame);
            told.add("frame " + ByteBufUtil.hexDump(frame));
        }
        clientSends(frames);
        assertThat(gate.told.equals(told)).as("all at once").isTrue();

        gate.told.clear();
        frames.forEach(frame -> clientSends(List.of(frame)));
        assertThat(gate.told.equals(told)).as("one after the other").isTrue();
    }

    @Test
    void shouldTakeTheLargestFrameAndNoLargerOne() {
        clientSends(List.of(new byte[FrameHeader.MAX_FRAME_BYTES]));
        assertThat(gate.told).hasSize(1);

        clientSendsTooMuch();
        assertThat(clientGot()).singleElement().asString().startsWith("close 1009 ");
        assertThat(gate.told).hasSize(2).last().isEqualTo("closed");
    }

    @Test
    void shouldDeliverEveryFrameInOrder() {
        List<String> written = new ArrayList<>();
        for (int payload : new int[] {0, 1, 100, 4_085, 4_086, 9_000, 5, 0}) {
            ByteBuf frame = frame(FrameType.MUTATIONS, 1, payload);
            written.add("frame " + ByteBufUtil.hexDump(frame));
            gate.outlet().write(frame);
            if (payload % 2 == 0) {
                assertThat(clientGot().equals(List.copyOf(written))).isTrue();
                written.clear();
            }
        }
        assertThat(clientGot().equals(written)).isTrue();
    }

    @Test
    void shouldSendWhatWasWrittenBeforeItsClose() {
        gate.outlet().write(frame(FrameType.SESSION, 0, 5));
        gate.outlet().close(CloseCode.SESSION_ENDED, "x".repeat(200));
        gate.outlet().write(frame(FrameType.SESSION, 0, 5));
        gate.outlet().close(CloseCode.INTERNAL_ERROR, "too late");

        assertThat(clientGot())
                .containsExactly(
                        "frame " + hex(frame(FrameType.SESSION, 0, 5)),
                        "close 4410 " + "x".repeat(CloseReason.MAX_BYTES));
    }

    @Test
    void shouldTellOnceThatTheClientClosed() {
        clientSends(List.of(new byte[10]));
        clientCloses();

        gate.outlet().write(frame(FrameType.SESSION, 0, 5));
        gate.outlet().close(CloseCode.NORMAL, "");
        assertThat(clientGot()).allMatch(got -> got.startsWith("close 1000"));
        assertThat(gate.told).containsExactly("frame " + "00".repeat(10), "closed");
    }

    @Test
    void shouldTellOnceThatTheClientIsGone() {
        clientTakes(false);
        gate.outlet().write(frame(FrameType.MUTATIONS, 1, 1_000));
        gate.outlet().write(frame(FrameType.CURSOR, 1, 5));
        clientVanishes();

        gate.outlet().write(frame(FrameType.CURSOR, 1, 5));
        gate.outlet().setReading(false);
        gate.outlet().close(CloseCode.NORMAL, "");
        assertThat(gate.told).containsExactly("closed");
    }

    @Test
    void shouldTellWhenItIsFullAndWhenItIsFreeAgain() {
        assertThat(gate.outlet().isWritable()).isTrue();
        clientTakes(false);
        for (int i = 0; i < 3; i++) {
            gate.outlet().write(frame(FrameType.MUTATIONS, 1, 1_014));
        }
        assertThat(gate.outlet().isWritable()).isFalse();
        clientTakes(true);

        assertThat(clientGot()).hasSize(3);
        assertThat(gate.outlet().isWritable()).isTrue();
        assertThat(gate.told).containsExactly("writable false", "writable true");
    }

    @Test
    void shouldKeepOnlyTheLatestPointerOfASenderAndTypeWhileFull() {
        clientTakes(false);
        List<String> lasting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ByteBuf page = frame(FrameType.MUTATIONS, 1, 1_014);
            lasting.add("frame " + ByteBufUtil.hexDump(page));
            gate.outlet().write(page);
        }
        for (int length = 1; length <= 50; length++) {
            gate.outlet().write(frame(FrameType.CURSOR, 1, length));
            gate.outlet().write(frame(FrameType.CURSOR, 2, length));
            gate.outlet().write(frame(FrameType.TYPING, 1, length));
        }
        gate.outlet().write(frame(FrameType.SESSION, 0, 7));
        lasting.add("frame " + hex(frame(FrameType.SESSION, 0, 7)));
        clientTakes(true);

        List<String> got = new ArrayList<>(clientGot());
        assertThat(got)
                .contains(
                        "frame " + hex(frame(FrameType.CURSOR, 1, 50)),
                        "frame " + hex(frame(FrameType.CURSOR, 2, 50)),
                        "frame " + hex(frame(FrameType.TYPING, 1, 50)));
        assertThat(got.stream().filter(frame -> !frame.startsWith("frame c"))).containsExactlyElementsOf(lasting);
        assertThat(got).hasSize(lasting.size() + 3);
        assertThat(collapsed()).isEqualTo(3 * 49);
    }

    @Test
    void shouldDropAPointerThatIsTooLongToKeep() {
        clientTakes(false);
        for (int i = 0; i < 3; i++) {
            gate.outlet().write(frame(FrameType.MUTATIONS, 1, 1_014));
        }
        gate.outlet().write(frame(FrameType.CURSOR, 1, PointerSlots.MAX_KEPT_BYTES));
        clientTakes(true);

        assertThat(clientGot()).hasSize(3);
        assertThat(collapsed()).isEqualTo(1);
    }

    @Test
    void shouldCloseAClientThatTakesTooLittleForWhatMustNotBeDropped() {
        clientTakes(false);
        ByteBuf page = frame(FrameType.MUTATIONS, 1, 1_014);
        for (int i = 0; i < 40; i++) {
            gate.outlet().write(page.copy());
        }
        clientTakes(true);

        List<String> got = clientGot();
        assertThat(got.get(got.size() - 1)).startsWith("close 4002 ");
        assertThat(got.subList(0, got.size() - 1))
                .hasSizeLessThan(20)
                .allMatch(("frame " + ByteBufUtil.hexDump(page))::equals);
    }

    @Test
    void shouldHoldTheClientBackWhileTheSessionDoesNotRead() {
        gate.outlet().setReading(false);
        clientSends(List.of(new byte[10]));
        assertThat(clientIsHeldBack()).isTrue();

        gate.outlet().setReading(true);
        clientSends(List.of(new byte[11]));
        assertThat(clientIsHeldBack()).isFalse();
        assertThat(gate.told).containsExactly("frame " + "00".repeat(10), "frame " + "00".repeat(11));
    }

    @Test
    void shouldHearAClientThatWasHeldBackOnceItIsClosed() {
        gate.outlet().setReading(false);
        clientSends(List.of(new byte[10]));
        gate.outlet().close(CloseCode.DRAINING, "elsewhere");

        assertThat(clientIsHeldBack()).isFalse();
        assertThat(clientGot()).containsExactly("close 4001 elsewhere");
    }

    /** A frame as the relay sends it. */
    protected static ByteBuf frame(FrameType type, int sender, int payloadLength) {
        ByteBuf frame = Unpooled.buffer(FrameHeader.LENGTH_BYTES + payloadLength);
        FrameHeader.write(frame, type, FrameHeader.NO_FLAGS, sender, 1, 1);
        return frame.writeZero(payloadLength);
    }

    private double collapsed() {
        return gate.registry.get("tandem.pointer.collapsed").counter().count();
    }

    private static String hex(ByteBuf frame) {
        return ByteBufUtil.hexDump(frame);
    }
}
