package io.tandem.load.engine;

/** What a relay may do wrong; each is counted, and none is allowed. */
public enum Fault {
    /** A page or action frame did not come. */
    LOST("lost"),
    /** A frame came twice, or after one that followed it. */
    DOUBLED("doubled or reordered"),
    /** A frame came to a pair that it was not sent in. */
    MISPAIRED("mispaired"),
    /** A frame is not, bit for bit, what was sent. */
    CORRUPT("corrupt"),
    /** A frame came that the session's mode forbids. */
    FORBIDDEN("let through against the mode"),
    /** The relay refused a frame that it had to take. */
    REFUSED("refused"),
    /** A channel ended that nobody had ended. */
    CLOSED("channels ended"),
    /** A channel did not take what was due, until more waited than the generator keeps. */
    STALLED("channels stalled"),
    /** Frames of a session were still on their way when the time was over that they have after the load's end. */
    NOT_SETTLED("not settled"),
    /** Two ends did not become a pair. */
    NOT_PAIRED("not paired"),
    /** The relay's process was no longer there. */
    GONE("process gone");

    private final String words;

    Fault(String words) {
        this.words = words;
    }

    /** For reports. */
    public String words() {
        return words;
    }
}
