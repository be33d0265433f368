package io.tandem.load.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ChunksTest {
    private static final String WHOLE = "3\r\nabc\r\na;x=y\r\n0123456789\r\n0\r\n\r\n";

    @Test
    void shouldJoinAllAndStandBehindTheLast() {
        ByteBuf in = Unpooled.copiedBuffer(WHOLE + "next", StandardCharsets.US_ASCII);

        ByteBuf body = Objects.requireNonNull(Chunks.whole(in));

        assertThat(body.toString(StandardCharsets.US_ASCII)).isEqualTo("abc0123456789");
        assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("next");
        body.release();
    }

    @Test
    void shouldWaitForTheLastWhereverItIsCut() {
        for (int i = 0; i < WHOLE.length(); i++) {
            ByteBuf in = Unpooled.copiedBuffer(WHOLE.substring(0, i), StandardCharsets.US_ASCII);

            assertThat(Chunks.whole(in)).as("after %d bytes", i).isNull();
            assertThat(in.readerIndex()).isZero();
        }
    }
}
