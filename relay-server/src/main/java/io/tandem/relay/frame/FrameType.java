package io.tandem.relay.frame;

import org.jspecify.annotations.Nullable;

/** Every frame type of protocol version 1: its byte, its lane and the flags it may carry. */
public enum FrameType {
    HELLO(0x01, FrameHeader.NO_FLAGS),
    WELCOME(0x02, FrameHeader.NO_FLAGS),
    ERROR(0x03, FrameHeader.NO_FLAGS),
    GO_AWAY(0x04, FrameHeader.NO_FLAGS),
    PING(0x05, FrameHeader.NO_FLAGS),
    PONG(0x06, FrameHeader.NO_FLAGS),
    INVITATION(0x08, FrameHeader.NO_FLAGS),
    INVITATION_ANSWER(0x09, FrameHeader.NO_FLAGS),
    INVITATION_STATE(0x0A, FrameHeader.NO_FLAGS),
    SESSION(0x0B, FrameHeader.NO_FLAGS),
    SET_MODE(0x0C, FrameHeader.NO_FLAGS),
    PAUSE(0x0D, FrameHeader.NO_FLAGS),
    END(0x0E, FrameHeader.NO_FLAGS),
    BUDGET(0x0F, FrameHeader.NO_FLAGS),
    ASK(0x10, FrameHeader.NO_FLAGS),
    ASKED(0x11, FrameHeader.NO_FLAGS),

    KEYFRAME(0x40, FrameHeader.COMPRESSED | FrameHeader.LINKED | FrameHeader.MORE),
    MUTATIONS(0x41, FrameHeader.COMPRESSED | FrameHeader.LINKED | FrameHeader.MORE),
    ASSET(0x42, FrameHeader.COMPRESSED | FrameHeader.LINKED),
    PAGE_ACK(0x48, FrameHeader.COMPRESSED | FrameHeader.LINKED),
    KEYFRAME_REQUEST(0x49, FrameHeader.COMPRESSED | FrameHeader.LINKED),
    RESUME(0x4A, FrameHeader.COMPRESSED | FrameHeader.LINKED),
    RESOURCE_REQUEST(0x4B, FrameHeader.COMPRESSED | FrameHeader.LINKED),

    CLICK(0x80, FrameHeader.NO_FLAGS),
    INPUT(0x81, FrameHeader.NO_FLAGS),
    SELECT(0x82, FrameHeader.NO_FLAGS),
    KEY(0x83, FrameHeader.NO_FLAGS),
    NAVIGATE(0x84, FrameHeader.NO_FLAGS),
    SCROLL_TO(0x85, FrameHeader.NO_FLAGS),
    FOCUS(0x86, FrameHeader.NO_FLAGS),
    HIGHLIGHT(0x90, FrameHeader.NO_FLAGS),
    WIGGLE(0x91, FrameHeader.NO_FLAGS),
    SYNC(0xBE, FrameHeader.NO_FLAGS),
    VERDICT(0xBF, FrameHeader.NO_FLAGS),

    CURSOR(0xC0, FrameHeader.NO_FLAGS),
    CLICK_MARK(0xC1, FrameHeader.NO_FLAGS),
    TYPING(0xC2, FrameHeader.NO_FLAGS);

    private static final @Nullable FrameType[] BY_CODE = new @Nullable FrameType[256];

    static {
        for (FrameType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final Lane lane;
    private final int allowedFlags;

    FrameType(int code, int allowedFlags) {
        this.code = code;
        this.lane = Lane.ofCode(code);
        this.allowedFlags = allowedFlags;
    }

    /** The type of a code, or null where the protocol names none; only the low eight bits count. */
    public static @Nullable FrameType ofCode(int code) {
        return BY_CODE[code & 0xFF];
    }

    /** The type byte, 0 to 255. */
    public int code() {
        return code;
    }

    /** The lane that the type's two top bits name. */
    public Lane lane() {
        return lane;
    }

    /** The flag bits that a frame of this type may carry. */
    public int allowedFlags() {
        return allowedFlags;
    }
}
