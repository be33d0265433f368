package io.tandem.relay.transport.longpoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.relay.carrier.PlantedError;
import io.tandem.relay.carrier.RecordingGate;
import io.tandem.relay.carrier.ScarceMemory;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A fault of the relay's own ends the carrier that it happens in, and says so; whoever wrote to it goes on. */
class PollFaultsTest {
    private static final String FAILED = "close 1011 the relay failed";
    private static final int FAILS_FOR_GOOD = Integer.MAX_VALUE;

    private final RecordingGate gate = new RecordingGate();
    private final PollWorld world = new PollWorld(gate);
    private final PollWorld.Connection down = world.connect();
    private final PollWorld.Connection up = world.connect();
    private final ScarceMemory memory = new ScarceMemory();
    private String token = "";

    @BeforeEach
    void open() {
        down.open(PollWorld.frame(PollWorld.HELLO));
        gate.outlet().write(frame(0));
        token = down.mustReply().records().get(0).substring("token ".length());
        gate.told.clear();
        down.channel.config().setAllocator(memory);
    }

    @AfterEach
    void end() {
        world.end();
        assertThat(memory.isGivenBack()).isTrue();
    }

    private static ByteBuf frame(int payloadBytes) {
        ByteBuf frame = Unpooled.buffer(FrameHeader.LENGTH_BYTES + payloadBytes);
        FrameHeader.write(frame, FrameType.MUTATIONS, FrameHeader.NO_FLAGS, 0, 0, 1);
        return frame.writeZero(payloadBytes);
    }

    private static void runOut() {
        throw new PlantedError();
    }

    @Test
    void shouldSayWhatBecameOfAnAnswerThatThereWasNoMemoryFor() {
        down.get(token, 1);
        memory.failNext(1);
        gate.outlet().write(frame(10));
        assertThat(down.mustReply().records()).containsExactly(FAILED);
        assertThat(gate.told).containsExactly("closed");
    }

    @Test
    void shouldLetGoOfAnAnswerThatWasBegun() {
        memory.failAfter(1, 1);
        for (int payload : new int[] {10, 5_000, 20, 30}) {
            gate.outlet().write(frame(payload));
        }
        assertThat(down.get(token, 1).mustReply().records()).containsExactly(FAILED);
    }

    @Test
    void shouldSayItsTokenAlsoWhereTheFirstAnswerFails() {
        PollWorld.Connection opening = world.connect();
        opening.channel.config().setAllocator(memory);
        opening.open(PollWorld.frame(PollWorld.HELLO));
        memory.failNext(1);
        gate.outlet().write(frame(10));
        List<String> records = opening.mustReply().records();
        assertThat(records).hasSize(2).last().isEqualTo(FAILED);
        assertThat(records.get(0)).startsWith("token ");
    }

    @Test
    void shouldCutWhoCannotEvenBeTold() {
        down.get(token, 1);
        memory.failNext(FAILS_FOR_GOOD);
        gate.outlet().write(frame(10));
        down.settle();
        assertThat(down.channel.isOpen()).isFalse();
        assertThat(gate.told).containsExactly("closed");
        memory.failNext(0);
    }

    @Test
    void shouldNotHaveTheSenderMeetAFaultOfTheReceiver() {
        gate.onWritabilityChanged = PollFaultsTest::runOut;
        for (int i = 0; i < 6; i++) {
            gate.outlet().write(frame(60_000));
        }
        gate.onWritabilityChanged = () -> {};
        assertThat(down.get(token, 1).mustReply().records()).containsExactly(FAILED);
        assertThat(gate.told).containsExactly("writable false", "closed");
    }

    @Test
    void shouldAnswerAPostThatMeetsAFault() {
        gate.onFrame = PollFaultsTest::runOut;
        assertThat(up.post(token, 1, PollWorld.frames(List.of(new byte[10], new byte[10])))
                        .mustReply()
                        .status())
                .isEqualTo(204);
        assertThat(down.get(token, 1).mustReply().records())
                .containsExactly("close 1011 the relay could not handle a frame");
    }

    @Test
    void shouldCloseAChannelThatTheSessionHasNoMemoryFor() {
        gate.onOpen = PollFaultsTest::runOut;
        PollWorld.Connection opening = world.connect();
        opening.open(PollWorld.frame(PollWorld.HELLO));
        assertThat(opening.mustReply().records()).last().isEqualTo("close 1011 the relay could not open the channel");
    }
}
