package io.tandem.relay.transport.longpoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.RecordingGate;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.session.CarrierKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests, their numbers and their waiting. */
class PollCarrierTest {
    private static final LongPollLimits LIMITS = LongPollLimits.DEFAULTS;
    private static final String FRAME = "frame " + "00".repeat(10);
    private static final byte[] PING = new byte[10];

    private final RecordingGate gate = new RecordingGate();
    private final PollWorld world = new PollWorld(gate);
    private final PollWorld.Connection down = world.connect();
    private final PollWorld.Connection up = world.connect();
    private String token = "";

    @BeforeEach
    void open() {
        down.open(PollWorld.frame(PollWorld.HELLO));
        gate.outlet().write(frame(FrameType.WELCOME, 2));
        List<String> first = down.mustReply().records();
        assertThat(first).hasSize(2);
        assertThat(first.get(1)).startsWith("frame 02");
        token = first.get(0).substring("token ".length());
        assertThat(token).hasSize(22);
        assertThat(gate.told).containsExactly("open", "frame " + ByteBufUtil.hexDump(PollWorld.HELLO));
        gate.told.clear();
    }

    @AfterEach
    void end() {
        world.end();
    }

    @Test
    void shouldSayWhereTheChannelComesFrom() {
        assertThat(gate.request).isNotNull();
        assertThat(gate.request.sessionId()).isEqualTo(PollWorld.SESSION);
        assertThat(gate.request.carrier()).isEqualTo(CarrierKind.LONG_POLL);
        assertThat(gate.request.origin()).isEqualTo("https://shop.example");
    }

    @Test
    void shouldAnswerAGetThatWaitsAsSoonAsThereIsAFrame() {
        down.get(token, 1);
        assertThat(down.reply()).isNull();
        gate.outlet().write(frame(FrameType.SESSION, 0));
        gate.outlet().write(frame(FrameType.MUTATIONS, 5_000));

        PollWorld.Reply reply = down.mustReply();
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo("application/octet-stream");
        assertThat(reply.header("cache-control")).contains("no-store");
        assertThat(reply.header("access-control-allow-origin")).isEqualTo("*");
        assertThat(reply.records()).hasSize(2);
    }

    @Test
    void shouldAnswerNothingAfterTheHoldAndGoOn() {
        down.get(token, 1);
        world.loop.advance(LIMITS.holdMillis() - 100);
        assertThat(down.reply()).isNull();
        world.loop.advance(100);
        assertThat(down.mustReply().status()).isEqualTo(204);

        gate.outlet().write(frame(FrameType.SESSION, 0));
        assertThat(down.get(token, 2).mustReply().records()).hasSize(1);
        assertThat(gate.told).isEmpty();
    }

    @Test
    void shouldFillAnAnswerAndLeaveTheRestForTheNext() {
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            gate.outlet().write(frame(FrameType.MUTATIONS, 100_000));
        }
        gate.outlet().write(frame(FrameType.MUTATIONS, FrameHeader.MAX_FRAME_BYTES - FrameHeader.LENGTH_BYTES));
        for (int number = 1; number <= 2; number++) {
            sizes.add(down.get(token, number).mustReply().records().size());
        }
        assertThat(sizes).as("over 256 KiB by no more than a frame").containsExactly(3, 3);
        assertThat(down.get(token, 3).reply()).isNull();
    }

    @Test
    void shouldKeepThePointersThatComeBetweenGetsAndSendTheLatest() {
        for (int payload = 1; payload <= 20; payload++) {
            gate.outlet().write(frame(FrameType.CURSOR, payload));
        }
        gate.outlet().write(frame(FrameType.SESSION, 0));
        List<String> records = down.get(token, 1).mustReply().records();
        assertThat(records).hasSize(2);
        assertThat(records.get(0)).startsWith("frame 0b");
        assertThat(records.get(1)).isEqualTo("frame " + ByteBufUtil.hexDump(frame(FrameType.CURSOR, 20)));
    }

    @Test
    void shouldGoOnAfterAnAnswerThatIsStillTravelling() {
        down.get(token, 1);
        down.takes(false);
        gate.outlet().write(frame(FrameType.SESSION, 0));
        down.settle();
        PollWorld.Connection other = world.connect();
        other.get(token, 2);
        gate.outlet().write(frame(FrameType.MUTATIONS, 1));
        assertThat(other.reply()).as("the first answer comes first").isNull();

        down.takes(true);
        assertThat(down.mustReply().records()).hasSize(1);
        assertThat(other.mustReply().records()).hasSize(1);
    }

    @Test
    void shouldTakeARepeatedPostOnce() {
        byte[] body = PollWorld.frames(List.of(PING, PING));
        assertThat(up.post(token, 1, body).mustReply().status()).isEqualTo(204);
        assertThat(up.post(token, 1, body).mustReply().status()).isEqualTo(204);
        assertThat(up.post(token, 2, PollWorld.frame(PING)).mustReply().status())
                .isEqualTo(204);
        assertThat(gate.told).containsExactly(FRAME, FRAME, FRAME);
    }

    @Test
    void shouldAnswerARepeatedPostInPlaceOfTheFirstWhileTheSessionDoesNotRead() {
        gate.outlet().setReading(false);
        up.post(token, 1, PollWorld.frame(PING));
        PollWorld.Connection again = world.connect();
        again.post(token, 1, PollWorld.frame(PING));
        assertThat(up.mustReply().status()).isEqualTo(204);
        assertThat(again.reply()).isNull();

        assertThat(gate.told).as("not read yet").isEmpty();
        gate.outlet().setReading(true);
        assertThat(again.mustReply().status()).isEqualTo(204);
        assertThat(gate.told).containsExactly(FRAME);
    }

    @Test
    void shouldHoldAPostNoLongerThanAGet() {
        down.get(token, 1);
        gate.outlet().setReading(false);
        up.post(token, 1, PollWorld.frame(PING));
        assertThat(up.reply()).isNull();
        world.loop.advance(LIMITS.holdMillis());
        assertThat(up.mustReply().status()).isEqualTo(204);
    }

    @Test
    void shouldForgetAPostWhoseConnectionEnded() {
        gate.outlet().setReading(false);
        up.post(token, 1, PollWorld.frame(PING));
        up.channel.close();
        gate.outlet().setReading(true);

        assertThat(world.connect()
                        .post(token, 1, PollWorld.frame(PING))
                        .mustReply()
                        .status())
                .isEqualTo(204);
        assertThat(gate.told).containsExactly(FRAME);
    }

    @Test
    void shouldNotTakeMoreFromAClientThatHangsUpInsteadOfWaiting() {
        gate.outlet().setReading(false);
        up.post(token, 1, PollWorld.frame(PING));
        up.channel.close();
        world.connect().post(token, 2, PollWorld.frame(PING));
        assertThat(down.get(token, 1).mustReply().records())
                .singleElement()
                .asString()
                .startsWith("close 4400 ");

        assertThat(gate.told).containsExactly("closed");
    }

    @Test
    void shouldTakeNoFrameWhileTheSessionDoesNotReadAndTheRestWhenItDoes() {
        gate.onFrame = () -> gate.outlet().setReading(false);
        up.post(token, 1, PollWorld.frames(List.of(PING, PING, PING)));
        for (int taken = 1; taken <= 3; taken++) {
            assertThat(up.reply()).isNull();
            assertThat(gate.told).hasSize(taken).containsOnly(FRAME);
            gate.outlet().setReading(true);
        }
        assertThat(up.mustReply().status()).isEqualTo(204);
        gate.onFrame = () -> {};
        up.post(token, 2, PollWorld.frame(PING)).mustReply();
        assertThat(gate.told).hasSize(4);
    }

    @Test
    void shouldLetWhatWaitsBePaidForWhereTheCarrierEndsBeforeItIsRead() {
        byte[] body = PollWorld.frames(List.of(PING, new byte[5_000]));
        int head = PollWorld.post(PollWorld.headers(token, 1), body.length).length();
        gate.outlet().setReading(false);
        down.get(token, 1);
        gate.carriedAlone.clear();
        up.post(token, 1, body);
        down.channel.close();
        down.settle();
        assertThat(gate.carriedAlone).containsExactly(head + body.length);
        assertThat(gate.told).as("its end comes last").containsExactly("closed");
    }

    @Test
    void shouldKeepNoMoreThanOneBodyForASessionThatDoesNotRead() {
        byte[] half = PollWorld.frame(new byte[LIMITS.requestBytes() / 2]);
        gate.outlet().setReading(false);
        for (int number = 1; number <= 3; number++) {
            gate.carriedAlone.clear();
            down.get(token, number);
            up.post(token, number, half);
            world.loop.advance(LIMITS.holdMillis());
            assertThat(up.mustReply().status()).as("held for long enough").isEqualTo(204);
            PollWorld.Reply reply = down.mustReply();
            if (reply.status() == 200) {
                assertThat(number).as("more than one body").isGreaterThan(1);
                assertThat(reply.records()).singleElement().asString().startsWith("close 4002 ");
                assertThat(gate.carriedAlone)
                        .last()
                        .satisfies(bytes -> assertThat(bytes).isGreaterThanOrEqualTo(half.length));
                assertThat(gate.told).as("nothing was taken").containsExactly("closed");
                return;
            }
        }
        throw new AssertionError("three halves were kept");
    }

    /** What a client does wrong behind its opening, and the code that it earns. */
    @SuppressWarnings("ArrayRecordComponent")
    record Fault(String name, String method, int number, byte[] body, int code) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Fault> faults() {
        byte[] none = {};
        return List.of(
                new Fault("a GET too far", "GET", 2, none, 4400),
                new Fault("a GET without a number", "GET", -1, none, 4400),
                new Fault("a POST too far", "POST", 2, PollWorld.frame(PING), 4400),
                new Fault("a POST without a number", "POST", -1, PollWorld.frame(PING), 4400),
                new Fault("half a header", "POST", 1, new byte[] {1, 0}, 4400),
                new Fault("no such kind", "POST", 1, new byte[] {4, 0, 0, 0}, 4400),
                new Fault("a token from a client", "POST", 1, new byte[] {3, 0, 0, 1, 'x'}, 4400),
                new Fault("a record that is cut", "POST", 1, new byte[] {1, 0, 0, 2, 0}, 4400),
                new Fault("a frame over the bound", "POST", 1, new byte[] {1, 0x10, 0, 1}, 1009),
                new Fault("a CLOSE without a code", "POST", 1, new byte[] {2, 0, 0, 1, 3}, 4400),
                new Fault("something behind a CLOSE", "POST", 1, new byte[] {2, 0, 0, 2, 3, 4, 1}, 4400),
                new Fault("a CLOSE that says too much", "POST", 1, PollWorld.close(1000, "x".repeat(124)), 4400),
                new Fault("a CLOSE that is not UTF-8", "POST", 1, new byte[] {2, 0, 0, 3, 3, 4, (byte) 0xff}, 1007));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void shouldCloseWithTheCodeFor(Fault fault) {
        if (fault.method().equals("GET")) {
            down.get(token, fault.number());
            assertThat(down.mustReply().records()).singleElement().asString().startsWith("close " + fault.code());
        } else {
            down.get(token, 1);
            assertThat(up.post(token, fault.number(), fault.body()).mustReply().status())
                    .isEqualTo(204);
            assertThat(down.mustReply().records()).singleElement().asString().startsWith("close " + fault.code());
        }
        assertThat(gate.told).containsExactly("closed");
        assertThat(down.get(token, 2).mustReply().status()).isEqualTo(404);
        assertThat(world.longPoll.size()).isZero();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void shouldTellTheNextGetWhereNoneWaits(Fault fault) {
        if (fault.method().equals("POST")) {
            up.post(token, fault.number(), fault.body()).mustReply();
            assertThat(up.post(token, 7, PollWorld.frame(PING)).mustReply().status())
                    .as("passed over")
                    .isEqualTo(204);
            assertThat(down.get(token, 1).mustReply().records())
                    .singleElement()
                    .asString()
                    .startsWith("close " + fault.code());
            assertThat(gate.told).containsExactly("closed");
        }
    }

    @Test
    void shouldCloseWhereAnAnswerIsAskedForAgain() {
        gate.outlet().write(frame(FrameType.SESSION, 0));
        down.get(token, 1).mustReply();
        assertThat(down.get(token, 1).mustReply().records())
                .singleElement()
                .asString()
                .startsWith("close 4102 ");
        assertThat(gate.told).containsExactly("closed");
    }

    @Test
    void shouldLetAGetThatIsSentAgainTakeThePlaceOfTheOneThatWaits() {
        down.get(token, 1);
        PollWorld.Connection again = world.connect();
        again.get(token, 1);
        assertThat(down.mustReply().status()).isEqualTo(204);
        down.channel.close();

        gate.outlet().write(frame(FrameType.SESSION, 0));
        assertThat(again.mustReply().records()).hasSize(1);
        assertThat(gate.told).isEmpty();
    }

    @Test
    void shouldCloseWhereASecondGetComesWhileOneWaits() {
        down.get(token, 1);
        assertThat(up.get(token, 2).mustReply().status()).isEqualTo(404);
        assertThat(down.mustReply().records()).singleElement().asString().startsWith("close 4400 ");
    }

    @Test
    void shouldBeGoneWithTheConnectionOfTheGetThatWaits() {
        down.get(token, 1);
        down.channel.close();
        world.loop.runTasks();

        assertThat(gate.told).containsExactly("closed");
        assertThat(up.post(token, 1, PollWorld.frame(PING)).mustReply().status())
                .isEqualTo(404);
    }

    @Test
    void shouldBeGoneWithoutAGet() {
        world.loop.advance(LIMITS.gapMillis());
        assertThat(gate.told).isEmpty();
        world.loop.advance(100);
        assertThat(gate.told).containsExactly("closed");
        assertThat(down.get(token, 1).mustReply().status()).isEqualTo(404);
    }

    @Test
    void shouldGiveALargeAnswerTheTimeThatItTakes() {
        gate.outlet().write(frame(FrameType.MUTATIONS, 1_000_000));
        down.get(token, 1).mustReply();
        world.loop.advance(40_000);
        assertThat(gate.told).containsExactly("writable false", "writable true");
        world.loop.advance(2_000);
        assertThat(gate.told).containsExactly("writable false", "writable true", "closed");
    }

    @Test
    void shouldCutAClientThatNeverTakesItsAnswer() {
        down.get(token, 1);
        down.takes(false);
        gate.outlet().write(frame(FrameType.SESSION, 0));
        down.settle();
        world.loop.advance(LIMITS.gapMillis() + 100);

        assertThat(gate.told).containsExactly("closed");
        assertThat(down.channel.isOpen()).isFalse();
    }

    @Test
    void shouldForgetACloseThatNobodyFetches() {
        gate.outlet().close(CloseCode.GOING_AWAY, "the node stops");
        world.loop.advance(CarrierLimits.DEFAULTS.closeMillis() - 100);
        assertThat(gate.told).isEmpty();
        world.loop.advance(100);
        assertThat(gate.told).containsExactly("closed");
    }

    @Test
    void shouldTellTheClientsCloseBackToTheGetThatWaits() {
        down.get(token, 1);
        assertThat(up.post(token, 1, PollWorld.close(1000, "done")).mustReply().status())
                .isEqualTo(204);
        assertThat(down.mustReply().records()).containsExactly("close 1000 ");
        assertThat(gate.told).containsExactly("closed");
    }

    @Test
    void shouldKnowATokenOnItsOwnSessionsPathOnly() {
        String other = "GET " + PollWorld.PATH.replace(PollWorld.SESSION, "zzzzzzzzzzzzzzzzzzzzzzzzzz")
                + " HTTP/1.1\r\nHost: relay\r\n" + PollWorld.headers(token, 1) + "\r\n";
        assertThat(down.send(other).mustReply().status()).isEqualTo(404);
        assertThat(down.get("0".repeat(22), 1).mustReply().status()).isEqualTo(404);
        assertThat(down.channel.isOpen()).isTrue();
        assertThat(gate.told).isEmpty();
    }

    @Test
    void shouldMeterWhatRequestsTakeOfTheNetwork() {
        gate.carried.clear();
        String head = PollWorld.post(PollWorld.headers(token, 1), 2 * 14);
        up.post(token, 1, PollWorld.frames(List.of(PING, PING)));
        assertThat(gate.carried).containsExactly(head.length() + 14, 14);
    }

    @Test
    void shouldOpenNoMoreCarriersThanItTakesAndNoneWhileItStops() {
        PollWorld small = new PollWorld(
                gate,
                CarrierLimits.DEFAULTS,
                new LongPollLimits(25_000, 10_000, LIMITS.requestBytes(), 1, 256, 1),
                Set.of(CarrierKind.LONG_POLL));
        PollWorld.Connection first = small.connect().open(PollWorld.frame(PollWorld.HELLO));
        PollWorld.Reply refused =
                small.connect().open(PollWorld.frame(PollWorld.HELLO)).mustReply();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("retry-after")).isEqualTo("5");

        assertThat(small.longPoll.stop().toCompletableFuture()).isNotDone();
        assertThat(first.mustReply().records()).last().asString().startsWith("close 1001 ");
        assertThat(small.longPoll.stop().toCompletableFuture()).isDone();
        PollWorld.Reply stopped =
                small.connect().open(PollWorld.frame(PollWorld.HELLO)).mustReply();
        assertThat(stopped.status()).isEqualTo(503);
        // Another node may take it at once.
        assertThat(stopped.header("retry-after")).isEmpty();
        small.end();
    }

    @Test
    void shouldRefuseAnOpeningThatIsNotOneFrame() {
        for (byte[] body : List.of(
                new byte[0], PollWorld.close(1000, ""), PollWorld.frames(List.of(PollWorld.HELLO, PING)), new byte[] {9
                })) {
            List<String> records = world.connect().open(body).mustReply().records();
            assertThat(records).hasSize(2).last().asString().startsWith("close 4400 ");
        }
        assertThat(gate.told).filteredOn(told -> told.startsWith("frame")).isEmpty();
        assertThat(gate.told).filteredOn("closed"::equals).hasSize(4);
    }

    private static ByteBuf frame(FrameType type, int payloadLength) {
        ByteBuf frame = Unpooled.buffer(FrameHeader.LENGTH_BYTES + payloadLength);
        FrameHeader.write(frame, type, FrameHeader.NO_FLAGS, 0, 1, 1);
        return frame.writeZero(payloadLength);
    }
}
