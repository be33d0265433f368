package io.tandem.relay.carrier;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;

/** An allocator that runs out of memory when the test wants it, with an error as Netty's at its bound. */
public final class ScarceMemory extends AbstractByteBufAllocator {
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);

    /** Allocations that succeed before those that do not. */
    private int left = Integer.MAX_VALUE;

    private int failures;

    /** Prefers direct buffers. */
    public ScarceMemory() {
        super(true);
    }

    /** The next so many allocations fail. */
    public void failNext(int times) {
        failAfter(0, times);
    }

    /** So many succeed, and then so many fail. */
    public void failAfter(int successes, int times) {
        left = successes;
        failures = times;
    }

    /** Whether everything that was taken has been let go of. */
    public boolean isGivenBack() {
        return memory.metric().usedDirectMemory() == 0 && memory.metric().usedHeapMemory() == 0;
    }

    private void take() {
        if (left > 0) {
            left--;
        } else if (failures > 0) {
            failures--;
            throw new PlantedError();
        }
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        take();
        return memory.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        take();
        return memory.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }
}
