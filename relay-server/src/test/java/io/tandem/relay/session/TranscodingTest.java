package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lz4Payload;
import io.tandem.relay.frame.Varint;
import io.tandem.relay.identity.Mode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Pairs of which one end has no LZ4. */
class TranscodingTest {
    private static final int LINKED = FrameHeader.COMPRESSED | FrameHeader.LINKED;
    private static final int PLAIN = FrameHeader.NO_FLAGS;

    private final SessionWorld world = new SessionWorld();
    private final SessionWorld.Pair pair = world.pair(Mode.SHARED);
    private long sequence;

    private SessionWorld.Client agentWithoutLz4() {
        SessionWorld.Client agent = world.open(SessionWorld.SESSION);
        agent.send(
                FrameType.HELLO,
                "{\"protocol\":[1,1],\"role\":\"agent\",\"client\":\"plain\",\"grant\":\"" + pair.invited.grant()
                        + "\",\"lz4\":false}");
        agent.outlet.take();
        pair.consumer.outlet.take();
        return agent;
    }

    private void page(FrameType type, int flags, byte[] payload) {
        pair.consumer.send(RecordingOutlet.frame(type, flags, 1, ++sequence, payload));
    }

    private static byte[] block(String text) {
        ByteBuf out = Unpooled.buffer();
        Lz4Payload.compress(text.getBytes(StandardCharsets.UTF_8), out);
        return ByteBufUtil.getBytes(out);
    }

    /** Declares as many bytes as its one match copies, from the very end of the history; then twelve literals, as the format wants them. */
    private static byte[] linkedBlock(int matched) {
        ByteBuf out = Unpooled.buffer();
        Varint.write(out, matched + 12);
        out.writeByte(matched - 4).writeShortLE(matched);
        out.writeByte(12 << 4).writeBytes("-a long tail".getBytes(StandardCharsets.US_ASCII));
        return ByteBufUtil.getBytes(out);
    }

    @Test
    void shouldExpandForAnAgentWithoutLz4WithTheHistoryOfLinkedBlocks() {
        SessionWorld.Client agent = agentWithoutLz4();
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, block("hello, hello, hello page"));
        page(FrameType.MUTATIONS, LINKED, linkedBlock(10));
        page(FrameType.MUTATIONS, PLAIN, "raw".getBytes(StandardCharsets.UTF_8));
        page(FrameType.MUTATIONS, LINKED, linkedBlock(5));
        assertThat(agent.outlet.take())
                .extracting(RecordingOutlet.Sent::payload)
                .containsExactly("hello, hello, hello page", "hello page-a long tail", "raw", " tail-a long tail");
    }

    @Test
    void shouldLeaveTheFlagsOfWhatItExpandedOut() {
        SessionWorld.Client agent = agentWithoutLz4();
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED | FrameHeader.MORE, block("part"));
        assertThat(agent.outlet.take())
                .singleElement()
                .satisfies(sent -> assertThat(sent.hex()).startsWith("40040100" + "0001" + "00000001"));
    }

    @Test
    void shouldForwardUntouchedToTheOthersWhatItExpandsForOne() {
        String grant = world.now(world.sessions.observe(SessionWorld.BOB, SessionWorld.SESSION))
                .orElseThrow();
        SessionWorld.Client observer = world.open(SessionWorld.SESSION);
        observer.send(
                FrameType.HELLO,
                "{\"protocol\":[1,1],\"role\":\"observer\",\"client\":\"plain\",\"grant\":\"" + grant
                        + "\",\"lz4\":false}");
        observer.outlet.take();
        pair.takeAll();
        byte[] block = block("the same page, the same page");
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, block);
        assertThat(pair.agent.outlet.take())
                .singleElement()
                .satisfies(sent -> assertThat(sent.hex()).endsWith(ByteBufUtil.hexDump(block)));
        assertThat(observer.outlet.take())
                .singleElement()
                .satisfies(sent -> assertThat(sent.payload()).isEqualTo("the same page, the same page"));
    }

    @Test
    void shouldWaitForAKeyframeWhereTheHistoryIsMissing() {
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, block("before anybody without LZ4 came"));
        SessionWorld.Client agent = agentWithoutLz4();
        page(FrameType.MUTATIONS, LINKED, linkedBlock(6));
        assertThat(agent.outlet.take()).isEmpty();
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, block("a new page"));
        page(FrameType.MUTATIONS, LINKED, linkedBlock(4));
        assertThat(agent.outlet.take())
                .extracting(RecordingOutlet.Sent::payload)
                .containsExactly("a new page", "page-a long tail");
    }

    @Test
    void shouldNotGoOnWithAKeyframeThatBeganOnAnotherChannel() {
        SessionWorld.Client agent = agentWithoutLz4();
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED | FrameHeader.MORE, block("a page, its first part"));
        assertThat(agent.outlet.takeTypes()).containsExactly(FrameType.KEYFRAME);
        SessionWorld.Client moved = agentWithoutLz4();
        page(FrameType.KEYFRAME, LINKED | FrameHeader.MORE, linkedBlock(4));
        page(FrameType.KEYFRAME, PLAIN, "a raw part".getBytes(StandardCharsets.UTF_8));
        page(FrameType.MUTATIONS, PLAIN, "a change".getBytes(StandardCharsets.UTF_8));
        assertThat(moved.outlet.take())
                .as("what would look like a keyframe of its own")
                .isEmpty();
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, block("a new page"));
        assertThat(moved.outlet.take())
                .extracting(RecordingOutlet.Sent::payload)
                .containsExactly("a new page");
    }

    @Test
    void shouldNotExpandTwiceWhatIsSentAgain() {
        SessionWorld.Client agent = agentWithoutLz4();
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, block("a page"));
        page(FrameType.MUTATIONS, LINKED, linkedBlock(4));
        agent.outlet.take();
        sequence--;
        page(FrameType.MUTATIONS, LINKED, linkedBlock(4));
        assertThat(agent.outlet.take()).isEmpty();
        page(FrameType.MUTATIONS, LINKED, linkedBlock(5));
        assertThat(agent.outlet.take())
                .extracting(RecordingOutlet.Sent::payload)
                .containsExactly(" tail-a long tail");
    }

    @Test
    void shouldTurnAResumeOfOneWithoutLz4IntoAKeyframeRequest() {
        SessionWorld.Client agent = agentWithoutLz4();
        agent.send(RecordingOutlet.frame(FrameType.RESUME, 0, 1, 77_001, new byte[] {3}));
        assertThat(pair.consumer.outlet.take()).singleElement().satisfies(sent -> {
            assertThat(sent.type()).isEqualTo(FrameType.KEYFRAME_REQUEST);
            assertThat(sent.sequence()).as("the viewer's mark").isEqualTo(77_001);
            assertThat(sent.payload()).as("the reason: a gap").isEqualTo("\u0002");
        });
        pair.takeAll();
        SessionWorld.Client usual = world.open(SessionWorld.SESSION).guest("agent", pair.invited.grant());
        pair.consumer.outlet.take();
        usual.send(FrameType.RESUME, (byte) 3);
        assertThat(pair.consumer.outlet.takeTypes()).containsExactly(FrameType.RESUME);
    }

    @Test
    void shouldCloseATagWhoseBlockIsNotWhatItDeclares() {
        agentWithoutLz4();
        byte[] lying = block("some page or other");
        lying[0]++;
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, lying);
        assertThat(pair.consumer.outlet.closeCode()).isEqualTo(CloseCode.LYING_LENGTH);
    }

    @Test
    void shouldNotExpandBeyondAFrame() {
        SessionWorld.Client agent = agentWithoutLz4();
        byte[] bomb = block("0".repeat(PageTranscoder.MAX_EXPANDED_BYTES + 1));
        assertThat(bomb.length).isLessThan(8 << 10);
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, bomb);
        page(FrameType.MUTATIONS, LINKED, linkedBlock(4));
        assertThat(agent.outlet.take()).isEmpty();
        assertThat(pair.consumer.outlet.closeCode()).isNull();
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, block("small again"));
        assertThat(agent.outlet.takeTypes()).containsExactly(FrameType.KEYFRAME);
    }

    @Test
    void shouldHoldATagThatHasMoreExpandedThanALinkTakes() {
        SessionWorld.Client agent = agentWithoutLz4();
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, block("0".repeat(1_000_000)));
        assertThat(pair.consumer.outlet.isReading()).isTrue();
        page(FrameType.MUTATIONS, FrameHeader.COMPRESSED, block("0".repeat(1_000_000)));
        assertThat(pair.consumer.outlet.isReading()).as("1 MiB at once").isFalse();
        assertThat(agent.outlet.take()).hasSize(2);
        world.loop.advance(700);
        assertThat(pair.consumer.outlet.isReading()).isFalse();
        world.loop.advance(100);
        assertThat(pair.consumer.outlet.isReading()).as("at 10 Mbit/s").isTrue();
    }

    @Test
    void shouldExpandNoMoreThanFitsBelowTheCeilingOfWhatComesAllTheSame() {
        SessionWorld.Client agent = agentWithoutLz4();
        byte[] bomb = block("0".repeat(1_000_000));
        assertThat(bomb.length).isLessThan(5_000);
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, bomb);
        for (int sent = 0; sent < 60; sent++) {
            page(FrameType.MUTATIONS, FrameHeader.COMPRESSED, bomb);
        }
        assertThat(agent.outlet.take()).hasSize(3);
        assertThat(pair.consumer.outlet.closeCode()).isNull();
        world.loop.advance(15_000);
        page(FrameType.MUTATIONS, FrameHeader.COMPRESSED, block("behind a gap"));
        assertThat(agent.outlet.takeTypes()).doesNotContain(FrameType.MUTATIONS);
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, block("whole again"));
        assertThat(agent.outlet.last(FrameType.KEYFRAME).payload()).isEqualTo("whole again");
    }

    @Test
    void shouldExpandNothingForAnObserverThatIsNotSentIt() {
        String grant = world.now(world.sessions.observe(SessionWorld.BOB, SessionWorld.SESSION))
                .orElseThrow();
        SessionWorld.Client observer = world.open(SessionWorld.SESSION);
        observer.send(
                FrameType.HELLO,
                "{\"protocol\":[1,1],\"role\":\"observer\",\"client\":\"plain\",\"grant\":\"" + grant
                        + "\",\"lz4\":false}");
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, block("a page"));
        observer.writable(false);
        byte[] lying = block("what would close the tag if it were looked at");
        lying[0]++;
        page(FrameType.MUTATIONS, FrameHeader.COMPRESSED, lying);
        assertThat(pair.consumer.outlet.closeCode()).isNull();

        observer.writable(true);
        observer.outlet.take();
        page(FrameType.MUTATIONS, FrameHeader.COMPRESSED, lying);
        page(FrameType.KEYFRAME, FrameHeader.COMPRESSED, block("a new page"));
        page(FrameType.MUTATIONS, LINKED, linkedBlock(4));
        assertThat(observer.outlet.take())
                .extracting(RecordingOutlet.Sent::payload)
                .containsExactly("a new page", "page-a long tail");
    }

    @Test
    void shouldCompressForATagWithoutLz4WhatShrinks() throws FrameViolation {
        SessionWorld.Client plain = world.open(SessionWorld.SESSION);
        plain.send(
                FrameType.HELLO,
                "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"plain\",\"brand\":\"demo\",\"lz4\":false,"
                        + "\"resume\":\"" + resumeOfTheConsumer() + "\",\"continues\":true}");
        pair.agent.outlet.take();
        byte[] page = "<li>item</li>".repeat(100).getBytes(StandardCharsets.UTF_8);
        plain.send(RecordingOutlet.frame(FrameType.KEYFRAME, PLAIN, 1, 1, page));
        plain.send(RecordingOutlet.frame(FrameType.MUTATIONS, PLAIN, 1, 2, Arrays.copyOf(page, 255)));
        var sent = pair.agent.outlet.take();
        byte[] first = ByteBufUtil.decodeHexDump(sent.get(0).hex());
        assertThat(first[1]).isEqualTo((byte) FrameHeader.COMPRESSED);
        assertThat(first.length).isLessThan(page.length / 5);
        ByteBuf payload = Unpooled.wrappedBuffer(first).skipBytes(FrameHeader.LENGTH_BYTES);
        assertThat(Lz4Payload.expand(payload)).isEqualTo(page);
        assertThat(sent.get(1).hex()).hasSize(2 * (FrameHeader.LENGTH_BYTES + 255));
    }

    private String resumeOfTheConsumer() {
        SessionWorld.Client again = world.open(SessionWorld.SESSION).consumerAgain(pair.resume, true);
        return again.resume();
    }
}
