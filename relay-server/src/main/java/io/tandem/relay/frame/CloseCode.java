package io.tandem.relay.frame;

/**
 * Why a channel was closed. The first two digits after the 4 say what the client does: 40xx and 41xx retry, 44xx stop,
 * because the same attempt would fail again.
 */
public enum CloseCode {
    /** The client closed. */
    NORMAL(1000, false),
    /** The node stops. */
    GOING_AWAY(1001, true),
    /** RFC 6455 broken: reserved bits, opcode, mask missing, bad close frame. */
    PROTOCOL_ERROR(1002, false),
    /** A text message. */
    UNSUPPORTED_DATA(1003, false),
    /** A close reason that is not UTF-8. */
    INVALID_PAYLOAD(1007, false),
    /** A message over the frame limit. */
    MESSAGE_TOO_BIG(1009, false),
    /** A fault of the relay's own. */
    INTERNAL_ERROR(1011, true),
    /** The node drains. */
    DRAINING(4001, true),
    /** Over a stated limit: retry after 5 s or more. */
    OVERLOADED(4002, true),
    /** Somebody has the place, and the HELLO may be a late one of a viewer that is gone. */
    PLACE_TAKEN(4003, true),
    /** Nothing was heard for three heartbeats. */
    HEARTBEAT_MISSED(4101, true),
    /** A long-poll GET was repeated whose answer is gone. */
    ANSWER_LOST(4102, true),
    /** Header, flags or JSON are not as the protocol says; HELLO missing or repeated. */
    MALFORMED(4400, false),
    /** Unknown grant, resume secret or brand. */
    NOT_AUTHENTICATED(4401, false),
    /** The role may never send this type, or the origin is not the brand's. */
    FORBIDDEN(4403, false),
    /** An agent or observer names a session that is not here. */
    NO_SUCH_SESSION(4404, false),
    /** No common protocol version. */
    VERSION(4406, false),
    /** No HELLO within the deadline. */
    HELLO_DEADLINE(4408, false),
    /** A newer channel took this participant's place. */
    REPLACED(4409, false),
    /** The session ended. */
    SESSION_ENDED(4410, false),
    /** The type byte is not in the table. */
    UNKNOWN_TYPE(4415, false),
    /** The declared expanded length is 0, over the limit, or not what the block holds. */
    LYING_LENGTH(4422, false);

    private final int code;
    private final boolean retry;

    CloseCode(int code, boolean retry) {
        this.code = code;
        this.retry = retry;
    }

    /** The number that travels in the close frame. */
    public int code() {
        return code;
    }

    /** Whether the same attempt may succeed later. */
    public boolean retry() {
        return retry;
    }
}
