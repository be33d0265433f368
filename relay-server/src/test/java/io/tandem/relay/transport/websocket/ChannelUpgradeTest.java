package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.ReferenceCountUtil;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.RecordingGate;
import io.tandem.relay.session.CarrierKind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChannelUpgradeTest {
    private static final String ID = "0123456789abcdefghjkmnpqrs";
    private static final String REQUEST = "GET /v1/sessions/" + ID + "/channel HTTP/1.1\r\nHost: relay\r\n"
            + "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: other, tandem.v1\r\n"
            + "Origin: https://shop.example\r\n\r\n";

    private final RecordingGate gate = new RecordingGate();
    private final EmbeddedChannel channel = channel(CarrierKind.WEBSOCKET);

    /** What is wrong, the text to put in place of another, and the status line that it earns. */
    record Refusal(String name, String what, String instead, String status) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Refusal> refusals() {
        return List.of(
                new Refusal("a short id", ID, "0123", "400 Bad Request"),
                new Refusal("an id with a letter that is none", ID, "l123456789abcdefghjkmnpqrs", "400 Bad Request"),
                new Refusal("a query", "/channel", "/channel?token=secret", "400 Bad Request"),
                new Refusal("another method", "GET", "PUT", "405 Method Not Allowed"),
                new Refusal("an old HTTP", "HTTP/1.1", "HTTP/1.0", "400 Bad Request"),
                new Refusal("a body", "Host: relay", "Host: relay\r\nContent-Length: 2", "400 Bad Request"),
                new Refusal("no upgrade", "Upgrade: websocket\r\n", "", "426 Upgrade Required"),
                new Refusal("another upgrade", "Upgrade: websocket", "Upgrade: h2c", "426 Upgrade Required"),
                new Refusal("no connection header", "keep-alive, Upgrade", "keep-alive", "426 Upgrade Required"),
                new Refusal("an old WebSocket", "Version: 13", "Version: 8", "426 Upgrade Required"),
                new Refusal("no key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", "400 Bad Request"),
                new Refusal("a short key", "dGhlIHNhbXBsZSBub25jZQ==", "dGhl", "400 Bad Request"),
                new Refusal("another subprotocol", "tandem.v1", "tandem.v2", "400 Bad Request"),
                new Refusal(
                        "two origins",
                        "Host: relay",
                        "Host: relay\r\nOrigin: https://other.example",
                        "400 Bad Request"));
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldUpgradeAndLeaveTheCarrierAlone() {
        send(REQUEST);

        assertThat(answer())
                .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                .contains("sec-websocket-protocol: tandem.v1\r\n");
        assertThat(channel.pipeline().toMap().values())
                .singleElement(InstanceOfAssertFactories.type(ChannelHandler.class))
                .isInstanceOf(PipelineConnection.class);
        assertThat(gate.request).isNotNull();
        assertThat(gate.request.sessionId()).isEqualTo(ID);
        assertThat(gate.request.origin()).isEqualTo("https://shop.example");
    }

    @Test
    void shouldNotLoseWhatCameWithTheRequest() {
        byte[] frame = {5, 0, 0, 0, 0, 0, 0, 0, 0, 1};
        ByteBuf wire = Unpooled.copiedBuffer(REQUEST, StandardCharsets.US_ASCII);
        wire.writeBytes(WireBytes.message(frame));
        channel.writeInbound(wire);

        assertThat(gate.told).containsExactly("open", "frame " + ByteBufUtil.hexDump(frame));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void shouldRefuseAndSayWhatIsAllowed(Refusal refusal) {
        send(REQUEST.replace(refusal.what(), refusal.instead()));

        assertThat(answer())
                .startsWith("HTTP/1.1 " + refusal.status())
                .contains("application/problem+json")
                .contains("\"allowed\":[");
        assertThat(channel.isOpen()).isFalse();
        assertThat(gate.told).isEmpty();
    }

    @Test
    void shouldSayWhenToComeAgainWhereThereIsNoRoom() {
        gate.noRoom = "This node has as many sessions as it takes";
        send(REQUEST);

        assertThat(answer())
                .startsWith("HTTP/1.1 503 Service Unavailable")
                .contains("retry-after: 5\r\n")
                .contains(gate.noRoom);
        assertThat(channel.isOpen()).isFalse();
        assertThat(gate.told).isEmpty();
    }

    @Test
    void shouldRefuseWhereWebSocketIsSwitchedOff() {
        EmbeddedChannel off = channel(CarrierKind.LONG_POLL);
        off.writeInbound(Unpooled.copiedBuffer(REQUEST, StandardCharsets.US_ASCII));

        assertThat(WireBytes.written(off).toString(StandardCharsets.US_ASCII))
                .startsWith("HTTP/1.1 403 Forbidden")
                .contains("application/problem+json", "\"allowed\":[\"long-poll\"]");
        assertThat(off.isOpen()).isFalse();
        assertThat(gate.told).isEmpty();
    }

    @Test
    void shouldLetOtherRequestsPass() {
        send("GET /v1/sessions?state=waiting HTTP/1.1\r\nHost: relay\r\n\r\n");

        assertThat(channel.inboundMessages()).hasSize(2);
        channel.inboundMessages().forEach(ReferenceCountUtil::release);
        channel.inboundMessages().clear();
        assertThat(channel.pipeline().toMap()).hasSize(2);
        assertThat(Map.copyOf(channel.pipeline().toMap()).values()).noneMatch(PipelineConnection.class::isInstance);
    }

    private EmbeddedChannel channel(CarrierKind offered) {
        EmbeddedChannel made = new EmbeddedChannel();
        made.pipeline()
                .addLast(
                        new HttpServerCodec(),
                        new ChannelUpgrade(
                                gate,
                                id -> made.eventLoop(),
                                CarrierLimits.DEFAULTS,
                                Set.of(offered),
                                new WebSocketConnections()));
        return made;
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private String answer() {
        return WireBytes.written(channel).toString(StandardCharsets.US_ASCII);
    }
}
