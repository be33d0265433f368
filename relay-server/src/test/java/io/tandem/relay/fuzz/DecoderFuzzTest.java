package io.tandem.relay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameCheck;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lz4Payload;
import io.tandem.relay.frame.Varint;
import io.tandem.relay.metering.CarrierMeters;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.session.ChannelIngress;
import io.tandem.relay.session.ChannelRequest;
import io.tandem.relay.session.Outlet;
import io.tandem.relay.transport.websocket.ChannelUpgrade;
import io.tandem.relay.transport.websocket.WebSocketConnections;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Together with the WebSocket decoder's own a million inputs: nothing is thrown that is not a violation, and no buffer is lost (each is checked here, and the leak
 * detector looks at the rest).
 */
class DecoderFuzzTest {
    private static final long SEED = 20_261_122;
    private static final int FRAMES = 500_000;
    private static final int BLOCKS = 150_000;

    /** Fewer, because the leak detector follows each of their buffers; the decoder alone is met by more, in its own test. */
    private static final int MESSAGES = 10_000;

    private static final String UPGRADE = """
            GET /v1/sessions/0123456789abcdefghjkmnpqrs/channel HTTP/1.1
            Host: relay
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Sec-WebSocket-Protocol: tandem.v1

            """.replace("\n", "\r\n");

    @Test
    void shouldJudgeEveryFrame() {
        RandomBytes random = new RandomBytes(SEED);
        int passed = 0;
        int violations = 0;
        for (int i = 0; i < FRAMES; i++) {
            try {
                judge(Unpooled.wrappedBuffer(random.frame()));
                passed++;
            } catch (FrameViolation violation) {
                assertThat(violation.reason()).isNotEmpty();
                violations++;
            }
        }
        assertThat(passed).as("inputs that get past every check").isGreaterThan(FRAMES / 10);
        assertThat(violations).isGreaterThan(FRAMES / 10);
    }

    @Test
    void shouldExpandOrRejectEveryBlock() {
        RandomBytes random = new RandomBytes(SEED + 1);
        byte[] history = random.noise(2_000);
        int expanded = 0;
        int rejected = 0;
        for (int i = 0; i < BLOCKS; i++) {
            ByteBuf payload = Unpooled.buffer();
            try {
                payload.writeBytes(nearlyAPayload(random));
                byte[] result = random.oneIn(2) ? Lz4Payload.expand(payload) : Lz4Payload.expand(payload, history);
                assertThat(result.length).isPositive();
                expanded++;
            } catch (FrameViolation violation) {
                assertThat(violation.code()).isEqualTo(CloseCode.LYING_LENGTH);
                rejected++;
            } finally {
                assertThat(payload.release()).isTrue();
            }
        }
        assertThat(expanded).isGreaterThan(BLOCKS / 20);
        assertThat(rejected).isGreaterThan(BLOCKS / 10);
    }

    /** What a compressor made, with up to two bytes changed; or noise behind a small declared length. */
    private static byte[] nearlyAPayload(RandomBytes random) {
        ByteBuf payload = Unpooled.buffer();
        if (random.oneIn(2)) {
            byte[] text = "tandem ".repeat(1 + random.below(30)).getBytes(StandardCharsets.US_ASCII);
            Lz4Payload.compress(text, payload);
            for (int changes = random.below(3); changes > 0; changes--) {
                payload.setByte(2 + random.below(payload.readableBytes() - 2), random.below(256));
            }
        } else {
            Varint.write(payload, random.below(2_000));
            payload.writeBytes(random.noise(60));
        }
        byte[] bytes = new byte[payload.readableBytes()];
        payload.readBytes(bytes);
        return bytes;
    }

    @Test
    void shouldCarryOrCloseWhateverComes() {
        RandomBytes random = new RandomBytes(SEED + 2);
        CountingGate gate = new CountingGate();
        EmbeddedChannel channel = open(gate);
        int closed = 0;
        for (int i = 0; i < MESSAGES; i++) {
            int closeCode = send(channel, random);
            if (!channel.isOpen()) {
                closed++;
                assertThat(closeCode).isNotEqualTo(CloseCode.INTERNAL_ERROR.code());
                channel.finishAndReleaseAll();
                channel = open(gate);
            }
        }
        channel.finishAndReleaseAll();
        assertThat(closed).as("channels that were closed").isGreaterThan(MESSAGES / 50);
        assertThat(gate.frames).as("messages that arrived").isGreaterThan(MESSAGES / 4);
        assertThat(gate.opened).isEqualTo(gate.ended);
    }

    /** Sends one frame, in one read or two, and answers with the code of the close frame if one was written last. */
    private static int send(EmbeddedChannel channel, RandomBytes random) {
        byte[] wire = random.webSocketFrame();
        int cut = random.oneIn(3) ? random.below(wire.length) : wire.length;
        ByteBuf first = channel.alloc().buffer(wire.length).writeBytes(wire, 0, cut);
        ByteBuf second = channel.alloc().buffer(wire.length).writeBytes(wire, cut, wire.length - cut);
        channel.writeInbound(first);
        if (channel.isOpen()) {
            channel.writeInbound(second);
        } else {
            second.release();
        }
        int closeCode = lastCloseCode(channel);
        // What went out again went as a piece of these.
        assertThat(first.refCnt()).isZero();
        assertThat(second.refCnt()).isZero();
        return closeCode;
    }

    private static EmbeddedChannel open(ChannelGate gate) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(),
                        new ChannelUpgrade(
                                gate,
                                id -> channel.eventLoop(),
                                CarrierLimits.DEFAULTS,
                                Set.of(CarrierKind.WEBSOCKET),
                                new WebSocketConnections()));
        channel.writeInbound(Unpooled.copiedBuffer(UPGRADE, StandardCharsets.US_ASCII));
        channel.releaseOutbound();
        return channel;
    }

    /** The code of the last frame that was written, which is a close frame when the channel is closed. */
    private static int lastCloseCode(EmbeddedChannel channel) {
        int code = 0;
        for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            ByteBuf bytes = (ByteBuf) out;
            code = bytes.readableBytes() >= 4 ? bytes.getUnsignedShort(bytes.readerIndex() + 2) : 0;
            bytes.release();
        }
        return code;
    }

    private static void judge(ByteBuf frame) throws FrameViolation {
        FrameType type = FrameCheck.header(frame);
        FrameCheck.declaredLength(frame);
        FrameCheck.controlPayload(frame, type);
    }

    /** Judges each message as a session would, and closes for the first fault. */
    private static final class CountingGate implements ChannelGate {
        private final CarrierMeters meters = new CarrierMeters(new SimpleMeterRegistry());
        private int opened;
        private int ended;
        private int frames;

        @Override
        public CarrierMeters carrierMeters() {
            return meters;
        }

        @Override
        public ChannelIngress open(ChannelRequest request, Outlet outlet) {
            opened++;
            return new ChannelIngress() {
                @Override
                public void onFrame(ByteBuf frame, int carriedBytes) {
                    frames++;
                    try {
                        judge(frame);
                        outlet.write(frame.retain());
                    } catch (FrameViolation violation) {
                        // Most random frames are wrong: closing for each would keep the carrier's own states from being
                        // met.
                        if (violation.code() == CloseCode.LYING_LENGTH) {
                            outlet.close(violation.code(), violation.reason());
                        }
                    } finally {
                        frame.release();
                    }
                }

                @Override
                public void onCarried(int carriedBytes) {}

                @Override
                public void onWritabilityChanged(boolean writable) {}

                @Override
                public void onClosed() {
                    ended++;
                }
            };
        }
    }
}
