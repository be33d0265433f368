package io.tandem.relay.transport.longpoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.RecordingGate;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests cost that bring nothing: those that come twice, too late, too large or from nobody. */
class PollBoundsTest {
    private static final byte[] PING = new byte[10];
    private static final String STRANGER = "0".repeat(22);

    private final RecordingGate gate = new RecordingGate();
    private final PollWorld world = new PollWorld(gate);
    private final PollWorld.Connection down = world.connect();
    private final PollWorld.Connection up = world.connect();
    private String token = "";

    @BeforeEach
    void open() {
        down.open(PollWorld.frame(PollWorld.HELLO));
        gate.outlet().write(frame());
        token = down.mustReply().records().get(0).substring("token ".length());
        gate.told.clear();
        gate.carried.clear();
    }

    @AfterEach
    void end() {
        world.end();
    }

    @Test
    void shouldChargeARepeatedPostForAllThatItTook() {
        byte[] body = PollWorld.frames(List.of(PING, PING));
        int head = PollWorld.post(PollWorld.headers(token, 1), body.length).length();
        up.post(token, 1, body).mustReply();
        assertThat(gate.carriedAlone).isEmpty();
        for (int again = 1; again <= 3; again++) {
            up.post(token, 1, body).mustReply();
            assertThat(gate.carriedAlone).hasSize(again).containsOnly(head + body.length);
        }
        assertThat(gate.carried).containsExactly(head + 14, 14);
    }

    @Test
    void shouldHoldARepeatedPostThatIsMoreThanTheBudget() {
        gate.onCarried = bytes -> gate.outlet().setReading(false);
        up.post(token, 1, PollWorld.frame(PING)).mustReply();
        up.post(token, 1, PollWorld.frame(PING));
        assertThat(up.reply()).isNull();
        gate.outlet().setReading(true);
        assertThat(up.mustReply().status()).isEqualTo(204);
    }

    @Test
    void shouldChargeWhatIsPassedOverBehindAClose() {
        up.post(token, 1, new byte[] {9}).mustReply();
        gate.carriedAlone.clear();
        up.post(token, 2, new byte[5_000]).mustReply();
        assertThat(gate.carriedAlone)
                .singleElement()
                .satisfies(bytes -> assertThat(bytes).isGreaterThan(5_000));
    }

    @Test
    void shouldChargeARequestThatIsTooLarge() {
        int bytes = LongPollLimits.DEFAULTS.requestBytes() + 1;
        up.post(token, 1, new byte[bytes]).mustReply();
        up.settle();
        assertThat(gate.carriedAlone)
                .singleElement()
                .satisfies(charged -> assertThat(charged).isGreaterThan(bytes));
    }

    @Test
    void shouldChargeARequestThatNeverComesWhole() {
        String head = PollWorld.post(PollWorld.headers(token, 1), 900_000);
        up.send(head, new byte[500_000]);
        assertThat(gate.carriedAlone).isEmpty();
        up.channel.close();
        up.settle();
        assertThat(gate.carriedAlone).containsExactly(head.length() + 500_000);
        assertThat(world.connect()
                        .post(token, 1, PollWorld.frame(PING))
                        .mustReply()
                        .status())
                .as("the next one is taken")
                .isEqualTo(204);
        assertThat(gate.carriedAlone).hasSize(1);
    }

    @Test
    void shouldGatherOneBodyOfACarrierAtATime() {
        String head = PollWorld.post(PollWorld.headers(token, 1), 900_000);
        up.send(head, new byte[500_000]);
        int one = world.gathered();
        for (int i = 0; i < 5; i++) {
            PollWorld.Connection next = world.connect();
            next.send(head, new byte[500_000]);
            assertThat(world.gathered()).isEqualTo(one);
        }
        up.settle();
        assertThat(up.channel.isOpen()).as("given up for the next").isFalse();
        assertThat(gate.carriedAlone).hasSize(5).containsOnly(head.length() + 500_000);
    }

    @Test
    void shouldKeepNothingOfABodyThatIsNotWantedOrWaitsAlready() {
        gate.outlet().setReading(false);
        up.post(token, 1, PollWorld.frame(PING));
        for (int number = 1; number <= 2; number++) {
            PollWorld.Connection other = world.connect();
            other.send(PollWorld.post(PollWorld.headers(token, number), 900_000), new byte[500_000]);
            assertThat(world.gathered()).isZero();
            other.channel.close();
        }
        gate.outlet().setReading(true);
        assertThat(up.mustReply().status()).isEqualTo(204);
        assertThat(gate.told).hasSize(1);
    }

    @Test
    void shouldCountWhatSmallFramesTakeWhileTheyWait() {
        int some = CarrierLimits.DEFAULTS.inFlightBytes() / PollOutlet.QUEUED_FRAME_BYTES;
        for (int i = 0; i < some; i++) {
            gate.outlet().write(frame());
        }
        assertThat(gate.told).containsExactly("writable false");
        int most = CarrierLimits.DEFAULTS.ceilingBytes() / PollOutlet.QUEUED_FRAME_BYTES;
        for (int i = some; i < most; i++) {
            gate.outlet().write(frame());
        }
        assertThat(down.get(token, 1).mustReply().records())
                .singleElement()
                .asString()
                .startsWith("close 4002 ");
    }

    @Test
    void shouldChargeAGetThatNoFrameFollows() {
        down.get(token, 1);
        assertThat(gate.carriedAlone)
                .containsExactly(("GET " + PollWorld.PATH + " HTTP/1.1\r\nHost: relay\r\n" + PollWorld.headers(token, 1)
                                + "\r\n")
                        .length());
    }

    @Test
    void shouldCutAnAnswerThatIsAskedForAgainWhileItTravelsAndSayThatItIsGone() {
        down.get(token, 1);
        down.takes(false);
        gate.outlet().write(frame());
        down.settle();
        gate.outlet().write(frame());
        PollWorld.Connection again = world.connect();
        again.get(token, 1);
        assertThat(again.mustReply().records())
                .as("nothing that would come behind a gap")
                .singleElement()
                .asString()
                .startsWith("close 4102 ");
        assertThat(down.channel.isOpen()).isFalse();
        again.settle();
        assertThat(gate.told).containsExactly("closed");
        assertThat(world.longPoll.size()).isZero();
    }

    @Test
    void shouldLetRequestsThatWereOvertakenChangeNothing() {
        for (int number = 1; number <= 2; number++) {
            up.post(token, number, PollWorld.frame(PING)).mustReply();
            gate.outlet().write(frame());
            down.get(token, number).mustReply();
        }
        down.get(token, 3);
        gate.told.clear();
        PollWorld.Connection late = world.connect();
        assertThat(late.get(token, 1).mustReply().status()).isEqualTo(204);
        assertThat(late.post(token, 1, PollWorld.frame(PING)).mustReply().status())
                .isEqualTo(204);
        assertThat(gate.told).isEmpty();
        gate.outlet().write(frame());
        assertThat(down.mustReply().records()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {LongPollLimits.OPENING_BYTES + 1, FrameHeader.MAX_FRAME_BYTES})
    void shouldNotOpenForMoreThanAHello(int bytes) {
        int carriers = world.longPoll.size();
        PollWorld.Connection large = world.connect();
        large.send(PollWorld.post("", bytes));
        byte[] part = new byte[1_000];
        for (int sent = 0; sent < bytes - 1_000; sent += 1_000) {
            large.send("", part);
            assertThat(world.gathered()).isLessThanOrEqualTo(LongPollLimits.OPENING_BYTES);
        }
        large.send("", new byte[bytes - (bytes - 1) / 1_000 * 1_000]);
        assertThat(large.mustReply().records()).singleElement().asString().startsWith("close 4400 ");
        assertThat(world.longPoll.size()).isEqualTo(carriers);
        assertThat(gate.told).isEmpty();
        assertThat(large.open(PollWorld.frame(PollWorld.HELLO)).channel.isOpen())
                .as("the connection goes on")
                .isTrue();
        assertThat(gate.told).contains("open");
    }

    @Test
    void shouldKeepNothingOfWhatAStrangerSends() {
        up.send(PollWorld.post(PollWorld.headers(STRANGER, 1), 1_000_000));
        for (int sent = 0; sent < 1_000_000; sent += 10_000) {
            up.send("", new byte[10_000]);
            assertThat(world.gathered()).isZero();
        }
        assertThat(up.mustReply().status()).isEqualTo(404);
        assertThat(up.post(token, 1, PollWorld.frame(PING)).mustReply().status())
                .as("the connection goes on")
                .isEqualTo(204);
    }

    private static ByteBuf frame() {
        ByteBuf frame = Unpooled.buffer(FrameHeader.LENGTH_BYTES);
        FrameHeader.write(frame, FrameType.SESSION, FrameHeader.NO_FLAGS, 0, 0, 1);
        return frame;
    }
}
