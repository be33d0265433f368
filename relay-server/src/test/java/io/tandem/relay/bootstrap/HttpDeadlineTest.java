package io.tandem.relay.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.tandem.relay.carrier.Valve;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpDeadlineTest {
    private static final HttpLimits LIMITS = new HttpLimits(5_000, 15_000, 4096, 4096);

    private final Valve valve = new Valve();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void open() {
        channel.freezeTime();
        channel.pipeline().addLast(valve);
        HttpDeadline.addTo(channel.pipeline(), new HttpServerCodec(), LIMITS);
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    @Test
    void shouldCutAConnectionThatSaysNothing() {
        assertThatItEndsAfter(LIMITS.headerMillis());
    }

    @Test
    void shouldCutAHeaderThatDripsIn() {
        send("GET / HTTP/1.1\r\nHost:");
        pass(LIMITS.headerMillis() - 1);
        send(" relay");

        assertThatItEndsAfter(1);
    }

    @Test
    void shouldCutABodyThatDoesNotCome() {
        send("POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: 5\r\n\r\nhell");

        assertThatItEndsAfter(LIMITS.headerMillis());
    }

    @Test
    void shouldWaitForItsOwnAnswerAndThenForTheNextRequest() {
        send("GET / HTTP/1.1\r\nHost: relay\r\n\r\n");
        pass(10 * LIMITS.headerMillis());
        assertThat(channel.isOpen()).isTrue();

        channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT));
        assertThatItEndsAfter(LIMITS.keepAliveMillis());
    }

    @Test
    void shouldCutTheNextRequestByItsOwnFirstByte() {
        answer();
        pass(LIMITS.keepAliveMillis() - 1);
        send("GET / HTTP/1.1\r\nHost:");

        assertThatItEndsAfter(LIMITS.headerMillis());
    }

    @Test
    void shouldCountHeadAndBodyTogether() {
        answer();
        send("POST / HTTP/1.1\r\nHost: relay\r\n");
        pass(LIMITS.headerMillis() - 1);
        send("Content-Length: 5\r\n\r\nhell");

        assertThatItEndsAfter(1);
    }

    @Test
    void shouldCutTheRestOfARequestThatWasAnsweredEarly() {
        send("POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: 5\r\n\r\nhell");
        channel.writeOutbound(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE));

        assertThatItEndsAfter(LIMITS.headerMillis());
    }

    @Test
    void shouldNotTakeLeaveToContinueForAnAnswer() {
        send("POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: 5\r\n\r\n");
        channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));

        assertThatItEndsAfter(LIMITS.headerMillis());
    }

    @Test
    void shouldCutAClientThatTakesNothingOfItsAnswer() {
        valve.shut(true);
        answer();

        assertThatItEndsAfter(LIMITS.keepAliveMillis());
    }

    @Test
    void shouldGiveASlowClientTheTimeThatItsAnswerTakes() {
        valve.shut(true);
        answer();
        pass(LIMITS.keepAliveMillis() - 1);
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        waiting.addFlush();
        waiting.remove();
        pass(LIMITS.keepAliveMillis() - 1);
        assertThat(channel.isOpen()).isTrue();
        valve.shut(false);
        channel.flush();

        assertThatItEndsAfter(LIMITS.keepAliveMillis());
    }

    private void answer() {
        send("GET / HTTP/1.1\r\nHost: relay\r\n\r\n");
        DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(new byte[100_000]));
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, 100_000);
        channel.writeOneOutbound(response);
        channel.flush();
        channel.releaseOutbound();
    }

    @Test
    void shouldGoWithTheUpgrade() {
        channel.pipeline().remove(HttpDeadline.class);
        assertThat(channel.pipeline().toMap()).hasSize(2);
        pass(10 * LIMITS.headerMillis());

        assertThat(channel.isOpen()).isTrue();
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
        channel.releaseInbound();
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
    }

    private void assertThatItEndsAfter(long millis) {
        pass(millis - 1);
        assertThat(channel.isOpen()).as("before the deadline").isTrue();
        pass(1);
        assertThat(channel.isOpen()).as("at the deadline").isFalse();
    }
}
