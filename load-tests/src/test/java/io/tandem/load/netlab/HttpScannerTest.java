package io.tandem.load.netlab;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpScannerTest {
    /** Writes down what was found: heads in brackets, the ends of messages as a bar, raw bytes in braces. */
    private static final class Notes implements HttpScanner.Parts {
        private final StringBuilder text = new StringBuilder();

        @Override
        public HttpHead.Body onHead(HttpHead head) {
            text.append('[').append(head.text().lines().findFirst().orElse("")).append(']');
            return head.text().startsWith("HTTP") ? head.responseBody(false) : head.requestBody();
        }

        @Override
        public void onBody(ByteBuf bytes) {
            append(bytes, text -> text);
        }

        @Override
        public void onEnd() {
            text.append('|');
        }

        @Override
        public void onRaw(ByteBuf bytes) {
            append(bytes, text -> "{" + text + "}");
        }

        private void append(ByteBuf bytes, UnaryOperator<String> marked) {
            text.append(marked.apply(bytes.toString(StandardCharsets.ISO_8859_1)));
            bytes.release();
        }

        String plain() {
            return text.toString().replace("\r\n", "~").replace("}{", "");
        }
    }

    private static String scan(String wire, int step) {
        Notes notes = new Notes();
        HttpScanner scanner = new HttpScanner(notes);
        byte[] bytes = wire.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at < bytes.length; at += step) {
            scanner.read(Unpooled.wrappedBuffer(bytes, at, Math.min(step, bytes.length - at)));
        }
        return notes.plain();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void shouldFindHeadsAndBodiesHoweverTheyAreCut(int step) {
        assertThat(scan("GET / HTTP/1.1~A: b~~POST /x HTTP/1.1~content-length: 3~~abc", step))
                .isEqualTo("[GET / HTTP/1.1]|[POST /x HTTP/1.1]abc|");
        assertThat(scan("HTTP/1.1 200 OK~Transfer-Encoding: chunked~~3;x=y~a~~0~T: r~~", step))
                .isEqualTo("[HTTP/1.1 200 OK]3;x=y~a~~0~T: r~~|");
        assertThat(scan("HTTP/1.1 304 Not Modified~Content-Length: 9~~HTTP/1.0 200 OK~~to the end", step))
                .isEqualTo("[HTTP/1.1 304 Not Modified]|[HTTP/1.0 200 OK]to the end");
        assertThat(scan("no HTTP at all~~of course", step)).isEqualTo("{no HTTP at all~~of course}");
    }
}
