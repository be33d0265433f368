package io.tandem.relay.transport.longpoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers to the byte. */
class PollAnswersTest {
    private static final String EVERY = String.join(
            "\r\n",
            "access-control-allow-origin: *",
            "cache-control: no-store, no-transform",
            "x-accel-buffering: no",
            "x-content-type-options: nosniff",
            "");
    private static final String NOTHING = "HTTP/1.1 204 No Content\r\n" + EVERY;
    private static final String LAST = "connection: close\r\n";

    private final EmbeddedChannel network = new EmbeddedChannel(new HttpResponseEncoder());

    @AfterEach
    void end() {
        network.finishAndReleaseAll();
    }

    private String wire(FullHttpResponse response) {
        network.writeOutbound(response);
        StringBuilder wire = new StringBuilder();
        for (ByteBuf part = network.readOutbound(); part != null; part = network.readOutbound()) {
            wire.append(part.toString(StandardCharsets.ISO_8859_1));
            part.release();
        }
        return wire.toString();
    }

    private static ByteBuf body() {
        return Unpooled.copiedBuffer("abc", StandardCharsets.US_ASCII);
    }

    @Test
    void shouldGiveRecords() {
        String head = "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: 3\r\n" + EVERY;
        assertThat(wire(PollAnswers.records(body()))).isEqualTo(head + "\r\nabc");
        assertThat(wire(PollAnswers.last(PollAnswers.records(body())))).isEqualTo(head + LAST + "\r\nabc");
    }

    @Test
    void shouldHaveNothingToSayAgainAndAgain() {
        assertThat(wire(PollAnswers.nothing())).isEqualTo(NOTHING + "\r\n");
        assertThat(wire(PollAnswers.last(PollAnswers.nothing()))).isEqualTo(NOTHING + LAST + "\r\n");
        assertThat(wire(PollAnswers.nothing())).as("what is shared stayed").isEqualTo(NOTHING + "\r\n");
    }

    @Test
    void shouldAnswerPreflightsAgainAndAgain() {
        String head = String.join(
                "\r\n",
                "HTTP/1.1 204 No Content",
                "access-control-allow-methods: GET, POST",
                "access-control-allow-headers: Tandem-Token, Tandem-Request, Content-Type",
                "access-control-max-age: 7200",
                EVERY);
        assertThat(wire(PollAnswers.last(PollAnswers.preflight()))).isEqualTo(head + LAST + "\r\n");
        assertThat(wire(PollAnswers.preflight())).isEqualTo(head + "\r\n");
    }
}
