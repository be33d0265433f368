package io.tandem.load.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.Riding;
import io.tandem.load.RunningRelay;
import io.tandem.load.RunningRelay.Pair;
import io.tandem.load.netlab.FaultProxy;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.frame.FrameType;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A session over long-polling, through what stands between browsers and relays. */
class PollingPathIT {
    private static final RunningRelay RELAY = new RunningRelay();
    private static final byte[] PLACE = {5, (byte) 0x80, 0, (byte) 0x80, 0};

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Via.class,
            names = {"HAPROXY", "NGINX"})
    void shouldGoThroughABalancer(Via via) {
        try (Balancer balancer = Balancer.start(via, RELAY.address())) {
            shouldShareThrough(balancer.address());
        }
    }

    @Test
    void shouldGoThroughAProxyThatBuffersWholeAnswers() {
        try (FaultProxy proxy = FaultProxy.start(RELAY.address(), 0, 1)) {
            proxy.bufferResponses(true);
            proxy.stripUpgrade(true);
            shouldShareThrough(proxy.address());
        }
    }

    private static void shouldShareThrough(InetSocketAddress address) {
        try (Pair pair = RELAY.pair("shared", Riding.LONG_POLL, address)) {
            byte[] keyframe = SimulatedTag.batchOf("<html>".repeat(100_000));
            pair.tag().keyframe(keyframe);
            assertThat(pair.agent().awaitPage(FrameType.KEYFRAME)).isEqualTo(keyframe);
            for (int i = 0; i < 100; i++) {
                pair.tag().mutations(change(i));
            }
            for (int i = 0; i < 100; i++) {
                assertThat(pair.agent().awaitPage(FrameType.MUTATIONS)).isEqualTo(change(i));
            }
            long sequence = pair.agent().act(FrameType.CLICK, pair.tag().epoch(), PLACE);
            assertThat(pair.tag().apply(FrameType.CLICK).sequence()).isEqualTo(sequence);
            pair.agent().peer().await(FrameType.VERDICT);
            pair.tag().end();
            assertThat(pair.agent().peer().awaitClosed().code()).isEqualTo(4410);
            assertThat(pair.tag().peer().awaitClosed().code()).isEqualTo(4410);
        }
    }

    private static byte[] change(int i) {
        return ("change " + i + " " + "x".repeat(i * 37)).getBytes(StandardCharsets.UTF_8);
    }
}
