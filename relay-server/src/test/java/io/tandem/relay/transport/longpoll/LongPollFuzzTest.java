package io.tandem.relay.transport.longpoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.carrier.RecordingGate;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.fuzz.RandomBytes;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Random requests, nearly right: each is answered, a carrier closes once and with a code of the table, and nothing leaks. */
class LongPollFuzzTest {
    private static final int CARRIERS = 400;
    private static final long FIRST_SEED = 20_261_122;
    private static final int MOST_REQUESTS = 12;
    private static final List<Integer> CODES =
            Arrays.stream(CloseCode.values()).map(CloseCode::code).toList();

    @Test
    void shouldAnswerWhateverComes() {
        for (int carrier = 0; carrier < CARRIERS; carrier++) {
            long seed = FIRST_SEED + carrier;
            RandomBytes random = new RandomBytes(seed);
            RecordingGate gate = new RecordingGate();
            PollWorld world = new PollWorld(gate);
            try {
                tell(world, gate, random);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            } finally {
                world.end();
            }
            assertThat(gate.told.stream().filter("closed"::equals))
                    .as("seed %d", seed)
                    .hasSizeLessThanOrEqualTo(1);
            assertThat(gate.told.indexOf("closed")).as("seed %d", seed).isIn(-1, gate.told.size() - 1);
        }
    }

    private static void tell(PollWorld world, RecordingGate gate, RandomBytes random) {
        PollWorld.Connection up = world.connect();
        up.open(PollWorld.frame(PollWorld.HELLO));
        gate.outlet().write(welcome());
        String token = up.mustReply().records().get(0).substring("token ".length());
        PollWorld.Connection down = world.connect();
        boolean waits = false;
        int gets = 0;
        int posts = 0;
        for (int i = random.below(MOST_REQUESTS); i >= 0; i--) {
            switch (random.below(4)) {
                case 0 -> {
                    if (!waits || down.reply() != null) {
                        waits = true;
                        down.get(token, random.oneIn(8) ? random.below(4) : ++gets);
                    }
                }
                case 1 -> gate.outlet().write(welcome());
                case 2 -> gate.outlet().setReading(true);
                default -> {
                    byte[] body = body(random);
                    up.post(token, random.oneIn(8) ? random.below(4) : ++posts, body);
                    assertThat(up.mustReply().status()).isIn(204, 404);
                }
            }
        }
        PollWorld.Reply last = down.reply();
        if (last != null && last.status() == 200) {
            for (String record : last.records()) {
                assertThat(record.startsWith("frame ") || CODES.contains(Integer.parseInt(record.split(" ", -1)[1])))
                        .as(record)
                        .isTrue();
            }
        }
    }

    private static byte[] body(RandomBytes random) {
        ByteBuf body = Unpooled.buffer();
        for (int records = random.below(4); records >= 0; records--) {
            int length = random.oneIn(20) ? random.below(70_000) : random.below(40);
            body.writeByte(random.oneIn(6) ? random.below(6) : PollRecords.FRAME);
            body.writeMedium(random.oneIn(10) ? random.below(1 << 24) : length);
            for (int i = 0; i < length; i++) {
                body.writeByte(random.below(256));
            }
        }
        return ByteBufUtil.getBytes(body);
    }

    private static ByteBuf welcome() {
        ByteBuf frame = Unpooled.buffer();
        FrameHeader.write(frame, FrameType.SESSION, FrameHeader.NO_FLAGS, 0, 0, 1);
        return frame;
    }
}
