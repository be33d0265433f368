package io.tandem.relay.carrier.socket;

import io.tandem.relay.carrier.ScarceMemory;

/** Has the test's thread, as if it were an event loop's, put its reads and frames into memory that may run out. */
public final class ScarceLoopMemory implements AutoCloseable {
    public final ScarceMemory memory = new ScarceMemory();

    /** In place of what the thread has; its first buffer is there. */
    public ScarceLoopMemory() {
        LoopMemory.HERE.remove();
        LoopMemory.HERE.set(new LoopMemory(memory));
    }

    @Override
    public void close() {
        LoopMemory.HERE.remove();
    }
}
