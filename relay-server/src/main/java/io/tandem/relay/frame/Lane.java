package io.tandem.relay.frame;

/** The four kinds of frame, told apart by the two top bits of the type byte. */
public enum Lane {
    /** Between a client and the relay; JSON; never dropped. */
    CONTROL,
    /** Tag to viewers; ordered, without a gap within a page epoch, acknowledged. */
    PAGE,
    /** Agent to tag; exactly once, in order, each answered by a verdict. */
    ACTION,
    /** Both ways; the latest of a kind and sender counts; may be lost. */
    POINTER;

    private static final int LANE_SHIFT = 6;
    private static final Lane[] BY_TOP_BITS = values();

    /** The lane of a type byte, which need not be a known type. */
    public static Lane ofCode(int typeCode) {
        return BY_TOP_BITS[(typeCode & 0xFF) >>> LANE_SHIFT];
    }
}
