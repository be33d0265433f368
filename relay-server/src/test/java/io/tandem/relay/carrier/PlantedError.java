package io.tandem.relay.carrier;

/** Stands for memory that has run out. Not that error itself: JUnit takes it for its own and ends. */
public final class PlantedError extends VirtualMachineError {
    private static final long serialVersionUID = 1;

    /** One of those that a test has planted. */
    public PlantedError() {
        super("planted");
    }
}
