package io.tandem.relay.frame;

/**
 * A client broke the protocol so that its channel is closed: with which code, and in words what came and what is
 * allowed. Checked, so that nobody forgets to close; without a stack trace, because a hostile client earns many.
 */
public final class FrameViolation extends Exception {
    private static final long serialVersionUID = 1L;

    private final CloseCode code;
    private final String reason;

    /** Names the fault; a reason that no close frame could carry is cut at a character. */
    public FrameViolation(CloseCode code, String reason) {
        super(code + ": " + reason, null, false, false);
        this.code = code;
        this.reason = CloseReason.fit(reason);
    }

    /** The code to close with. */
    public CloseCode code() {
        return code;
    }

    /** What came and what is allowed, at most {@link CloseReason#MAX_BYTES} bytes of UTF-8. */
    public String reason() {
        return reason;
    }
}
