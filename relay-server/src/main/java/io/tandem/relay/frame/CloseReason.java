package io.tandem.relay.frame;

import io.netty.buffer.ByteBufUtil;

/** The text of a close frame, which RFC 6455 bounds: 125 bytes of control payload less the code. */
public final class CloseReason {
    /** The most that fits beside the code, in bytes of UTF-8. */
    public static final int MAX_BYTES = 125 - Short.BYTES;

    private CloseReason() {}

    /** The reason itself where it fits, else its longest beginning that does, cut between characters. */
    public static String fit(String reason) {
        int end = reason.length();
        while (ByteBufUtil.utf8Bytes(reason, 0, end) > MAX_BYTES) {
            end = reason.offsetByCodePoints(end, -1);
        }
        return reason.substring(0, end);
    }
}
