package io.tandem.relay.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpDeadlineTest {
    private static final HttpLimits LIMITS = new HttpLimits(5_000, 15_000, 4096, 4096);

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void open() {
        channel.freezeTime();
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
    void shouldGoWithTheUpgrade() {
        channel.pipeline().remove(HttpDeadline.class);
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
