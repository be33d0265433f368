package io.tandem.relay.transport.websocket;

import org.jspecify.annotations.Nullable;

/** What a WebSocket frame is: the low four bits of its first byte. */
enum Opcode {
    CONTINUATION(0x0),
    TEXT(0x1),
    BINARY(0x2),
    CLOSE(0x8),
    PING(0x9),
    PONG(0xA);

    private static final int CONTROL_BIT = 0x8;

    private final int code;

    Opcode(int code) {
        this.code = code;
    }

    static @Nullable Opcode ofCode(int code) {
        return switch (code) {
            case 0x0 -> CONTINUATION;
            case 0x1 -> TEXT;
            case 0x2 -> BINARY;
            case 0x8 -> CLOSE;
            case 0x9 -> PING;
            case 0xA -> PONG;
            default -> null;
        };
    }

    int code() {
        return code;
    }

    boolean isControl() {
        return (code & CONTROL_BIT) != 0;
    }
}
