package io.tandem.load.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Z85Test {
    private static byte[] decode(String text) {
        ByteBuf bytes = Unpooled.buffer();
        Z85.decode(text.toCharArray(), 0, text.length(), bytes);
        byte[] all = new byte[bytes.readableBytes()];
        bytes.readBytes(all);
        return all;
    }

    private static String encode(byte[] bytes) {
        ByteBuf text = Unpooled.buffer();
        Z85.encode(Unpooled.wrappedBuffer(bytes), text);
        return text.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void shouldWriteTheExampleOfTheSpecification() {
        byte[] hello = {(byte) 0x86, 0x4F, (byte) 0xD2, 0x6F, (byte) 0xB5, 0x59, (byte) 0xF7, 0x5B};

        assertThat(encode(hello)).isEqualTo("HelloWorld");
        assertThat(decode("HelloWorld")).isEqualTo(hello);
    }

    @Test
    void shouldReadWhatItWroteOfAnyLength() {
        SplittableRandom random = new SplittableRandom(1);
        for (int length = 0; length < 40; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);

            String text = encode(bytes);

            assertThat(text).hasSize(Z85.length(length)).doesNotContain("\"", "\\");
            assertThat(decode(text)).isEqualTo(bytes);
        }
    }

    @Test
    void shouldRefuseWhatIsNoDigit() {
        assertThatThrownBy(() -> decode("a\"")).hasMessageContaining("no digit");
        assertThatThrownBy(() -> decode("é")).hasMessageContaining("no digit");
    }
}
