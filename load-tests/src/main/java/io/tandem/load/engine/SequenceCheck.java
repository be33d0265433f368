package io.tandem.load.engine;

/** Whether one sender's frames of one lane come each once and in order. */
final class SequenceCheck {
    private long next = 1;

    /** How many were left out before this one; -1 where it, or one after it, has come already. */
    long accept(long sequence) {
        long left = sequence - next;
        if (left < 0) {
            return -1;
        }
        next = sequence + 1;
        return left;
    }

    /** The highest that came, 0 before the first. */
    long last() {
        return next - 1;
    }
}
