package io.tandem.relay.carrier.socket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What one event loop's connections read into and put frames together in, in turn. A buffer that somebody still holds when the next is wanted is theirs, and
 * freed when they let go of it. Belongs to its loop's thread; buffers that were given away may be let go of anywhere.
 */
public final class LoopMemory {
    /** Of one buffer: as much as Linux gives in one read where nobody tunes it, and a frame of almost any page batch. */
    public static final int BYTES = 64 << 10;

    /** Buffers that a loop keeps: one that is read into, and one for each receiver of what a read brings, of which there are rarely more than three. */
    private static final int SPARES = 4;

    /** Not pooled: a loop takes its few buffers once. Not watched for leaks either, which is done where frames are taken from the pool. */
    private static final UnpooledByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(true, true);

    /** Not private, for tests whose memory runs out. */
    static final FastThreadLocal<LoopMemory> HERE = new FastThreadLocal<>() {
        @Override
        protected LoopMemory initialValue() {
            return new LoopMemory(ALLOCATOR);
        }

        @Override
        protected void onRemoval(LoopMemory memory) {
            memory.free();
        }
    };

    private final Deque<ByteBuf> spares = new ArrayDeque<>(SPARES);
    private final ByteBufAllocator allocator;
    private ByteBuf read;

    /** Of one loop; its first buffer is taken at once. */
    LoopMemory(ByteBufAllocator allocator) {
        this.allocator = allocator;
        this.read = fresh();
    }

    /** What all loops have of it, also of what was given away. Any thread may ask. */
    public static long bytesOfAll() {
        return ALLOCATOR.metric().usedDirectMemory();
    }

    /** That of the event loop that this is called on. */
    public static LoopMemory here() {
        return HERE.get();
    }

    /** An empty buffer to read into, which the caller lets go of; it is the same one again and again unless somebody keeps it. */
    public ByteBuf toReadInto() {
        if (read.refCnt() > 1) {
            // First the new one: where there is no memory for it, the old one stays and is as little to be read into.
            ByteBuf next = take();
            read.release();
            read = next;
        }
        return read.clear().retain();
    }

    /** An empty buffer of {@link #BYTES}, which is the caller's until it gives it {@link #back}. */
    public ByteBuf take() {
        ByteBuf spare = spares.poll();
        return spare == null ? fresh() : spare.clear();
    }

    /** Takes ownership of what was {@link #take taken}. Who has retained it meanwhile has it for good. */
    public void back(ByteBuf buffer) {
        if (buffer.refCnt() == 1 && spares.size() < SPARES) {
            spares.add(buffer);
        } else {
            buffer.release();
        }
    }

    private ByteBuf fresh() {
        return allocator.directBuffer(BYTES, BYTES);
    }

    private void free() {
        read.release();
        spares.forEach(ByteBuf::release);
        spares.clear();
    }
}
