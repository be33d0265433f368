package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The body of an answer that came in chunks (RFC 9112, section 7.1), without trailers. */
final class Chunks {
    private static final int LINE_END_BYTES = 2;
    private static final int HEX = 16;

    private Chunks() {}

    /** All of it, which the caller releases, and the reader stands behind it; null, and the reader stays, while some has not come. */
    static @Nullable ByteBuf whole(ByteBuf in) {
        int at = in.readerIndex();
        ByteBuf body = in.alloc().buffer(in.readableBytes());
        while (true) {
            int lineEnd = in.indexOf(at, in.writerIndex(), (byte) '\n');
            int bytes = lineEnd < 0 ? 0 : size(in.toString(at, lineEnd - at, StandardCharsets.US_ASCII));
            int from = lineEnd + 1;
            if (lineEnd < 0 || in.writerIndex() - from < bytes + LINE_END_BYTES) {
                body.release();
                return null;
            }
            at = from + bytes + LINE_END_BYTES;
            if (bytes == 0) {
                in.readerIndex(at);
                return body;
            }
            body.writeBytes(in, from, bytes);
        }
    }

    private static int size(String line) {
        int extension = line.indexOf(';');
        return Integer.parseInt((extension < 0 ? line : line.substring(0, extension)).trim(), HEX);
    }
}
