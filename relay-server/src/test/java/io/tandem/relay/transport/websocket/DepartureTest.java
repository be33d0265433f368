package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.Outlet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client of a real socket gets of what is written to its outlet: all of it, in order, whether the kernel takes it at once or not. */
@Timeout(30)
class DepartureTest {
    private static final int MASKED_HEADER_BYTES = 14;
    private static final int CLOSE_BYTES = 8;

    private final ByteArrayOutputStream expected = new ByteArrayOutputStream();
    private ConnectedCarrier carrier;

    @BeforeEach
    void connect() throws Exception {
        carrier = new ConnectedCarrier();
    }

    @AfterEach
    void end() throws IOException {
        carrier.close();
    }

    /** A frame, with the header that it may leave with in front of it or without. */
    private ByteBuf frame(int payloadBytes, boolean asRead, Random random) {
        int length = FrameHeader.LENGTH_BYTES + payloadBytes;
        ByteBuf in = Unpooled.directBuffer(MASKED_HEADER_BYTES + length).writeZero(MASKED_HEADER_BYTES);
        in.skipBytes(MASKED_HEADER_BYTES);
        FrameHeader.write(in, FrameType.MUTATIONS, FrameHeader.NO_FLAGS, 1, 1, payloadBytes);
        byte[] payload = new byte[payloadBytes];
        random.nextBytes(payload);
        in.writeBytes(payload);
        ByteBuf wire = Unpooled.buffer();
        WebSocketFrames.writeHeader(wire, Opcode.BINARY, length);
        wire.writeBytes(in.duplicate());
        expected.write(wire.array(), 0, wire.readableBytes());
        if (asRead) {
            WebSocketFrames.writeHeaderBefore(in, MASKED_HEADER_BYTES, length);
        }
        return in;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldBringEverythingInOrder(int seed) throws Exception {
        Random random = new Random(seed);
        Outlet outlet = carrier.gate.outlet();
        int[] sizes = {1, 30, 115, 116, 300, 4_000, 20_000, 65_521, 65_522, 65_526, 66_000, 200_000};
        List<List<ByteBuf>> turns = new ArrayList<>();
        for (int turn = 0; turn < 60; turn++) {
            List<ByteBuf> frames = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                frames.add(frame(sizes[random.nextInt(sizes.length)], random.nextBoolean(), random));
            }
            turns.add(frames);
        }
        CompletableFuture<byte[]> came = CompletableFuture.supplyAsync(() -> carrier.read(expected.size()));
        for (List<ByteBuf> frames : turns) {
            carrier.onLoop(() -> frames.forEach(outlet::write));
        }
        assertThat(came.get()).isEqualTo(expected.toByteArray());
    }

    @Test
    void shouldKeepWhatTheKernelDoesNotTakeInMemoryOfItsOwn() throws Exception {
        Random random = new Random(1);
        ByteBuf first = frame(60_000, true, random);
        ByteBuf second = frame(60_000, true, random);
        ByteBuf third = frame(50, true, random);
        carrier.onLoop(() -> {
            carrier.gate.outlet().write(first);
            carrier.gate.outlet().write(second);
        });
        carrier.onLoop(() -> carrier.gate.outlet().write(third));
        assertThat(first.refCnt() + second.refCnt() + third.refCnt()).isZero();
        assertThat(carrier.read(expected.size())).isEqualTo(expected.toByteArray());
    }

    @Test
    void shouldSendWhatWaitsBeforeTheClose() throws Exception {
        Random random = new Random(2);
        carrier.onLoop(() -> {
            carrier.gate.outlet().write(frame(10, true, random));
            carrier.gate.outlet().write(frame(20, false, random));
            carrier.gate.outlet().close(CloseCode.SESSION_ENDED, "over");
        });
        assertThat(carrier.read(expected.size())).isEqualTo(expected.toByteArray());
        assertThat(WireBytes.close(Unpooled.wrappedBuffer(carrier.read(CLOSE_BYTES))))
                .isEqualTo("4410 over");
    }

    @Test
    void shouldLetGoOfWhatWaitsWhenItsConnectionEnds() throws Exception {
        Random random = new Random(3);
        ByteBuf alone = frame(10, true, random);
        ByteBuf second = frame(20, false, random);
        carrier.onLoop(() -> {
            carrier.gate.outlet().write(alone);
            carrier.gate.outlet().write(second);
            carrier.connection.close();
            carrier.gate.outlet().write(frame(30, true, random));
        });
        carrier.onLoop(() -> {});
        assertThat(alone.refCnt() + second.refCnt()).isZero();
        assertThat(carrier.client.getInputStream().readAllBytes()).isEmpty();
    }
}
