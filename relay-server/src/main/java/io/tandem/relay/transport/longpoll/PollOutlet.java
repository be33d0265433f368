package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.PointerSlots;
import io.tandem.relay.carrier.socket.LoopMemory;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.metering.CarrierMeters;
import io.tandem.relay.session.Outlet;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Keeps what waits for one client between its GETs. What was handed to a connection and not yet to the network counts as waiting
 * too. On the session's loop; only {@link #queuedBytes()} is read elsewhere.
 */
final class PollOutlet implements Outlet {
    /**
     * What a frame takes in the queue besides its bytes: its buffer's object, what the pool rounds up, and its place. Without it, many frames
     * that are next to nothing would stand for ten times what the bounds count. (A WebSocket's wait in Netty's own buffer, which counts so too.)
     */
    static final int QUEUED_FRAME_BYTES = 128;

    private final PollCarrier carrier;
    private final CarrierLimits limits;
    private final CarrierMeters meters;

    private final Queue<ByteBuf> queue = new ArrayDeque<>();
    private final PointerSlots kept = new PointerSlots();

    /** What stands in the queue, with what each frame takes besides its bytes. */
    private int queuedBytes;

    /** What the answer has that is being written. */
    private int travellingBytes;

    private boolean writable = true;

    /** What stands in the queue, for whoever looks from elsewhere. */
    private volatile int shownQueuedBytes;

    PollOutlet(PollCarrier carrier, CarrierLimits limits, CarrierMeters meters) {
        this.carrier = carrier;
        this.limits = limits;
        this.meters = meters;
    }

    @Override
    public void write(ByteBuf frame) {
        if (!carrier.isOpen()) {
            frame.release();
            return;
        }
        try {
            take(frame);
        } catch (Throwable fault) {
            // It ends this carrier and comes no further: who sent the frame, and who else gets it, have no part in it.
            carrier.failed(fault);
        }
    }

    private void take(ByteBuf frame) {
        if (PointerSlots.takes(frame) && !(writable && carrier.isWaitedFor())) {
            if (kept.keep(frame, ByteBufAllocator.DEFAULT)) {
                meters.pointerCollapsed();
            }
        } else {
            ByteBuf own = ofItsOwn(frame);
            queue.add(own);
            queuedBytes += queuedBytes(own);
        }
        shownQueuedBytes = queuedBytes;
        carrier.deliverAtTheEndOfThisTurn();
        int waiting = queuedBytes + travellingBytes;
        if (waiting > limits.ceilingBytes()) {
            carrier.overloaded(limits.ceilingBytes());
        } else if (writable && waiting > limits.inFlightBytes()) {
            writable = false;
            carrier.onWritabilityChanged(false);
        }
    }

    /** A frame may wait here for long, and is not to hold the memory of an event loop that it was read into. */
    private static ByteBuf ofItsOwn(ByteBuf frame) {
        if (frame.readableBytes() > LoopMemory.BYTES) {
            return frame;
        }
        try {
            return ByteBufAllocator.DEFAULT.buffer(frame.readableBytes()).writeBytes(frame);
        } finally {
            frame.release();
        }
    }

    private static int queuedBytes(ByteBuf frame) {
        return frame.readableBytes() + QUEUED_FRAME_BYTES;
    }

    boolean hasFrames() {
        return !queue.isEmpty() || !kept.isEmpty();
    }

    /** Moves frames into an answer until it has so many bytes. Pointer frames that were kept come last: they may speak of what is before them. */
    void moveTo(PollRecords answer, int answerBytes) {
        while (!queue.isEmpty() && answer.bytes() < answerBytes) {
            ByteBuf frame = queue.remove();
            queuedBytes -= queuedBytes(frame);
            answer.frame(frame);
        }
        shownQueuedBytes = queuedBytes;
        if (answer.bytes() < answerBytes) {
            kept.drainTo(answer::frame);
        }
    }

    /** An answer of so many bytes is being written. */
    void travels(int bytes) {
        travellingBytes = bytes;
    }

    boolean isTravelling() {
        return travellingBytes > 0;
    }

    /** It was handed to the network. */
    void arrived() {
        travellingBytes = 0;
        if (!writable && queuedBytes < limits.resumeBytes()) {
            writable = true;
            carrier.onWritabilityChanged(true);
        }
    }

    /** What waits for the next GET. Any thread may ask. */
    int queuedBytes() {
        return shownQueuedBytes;
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public void setReading(boolean on) {
        carrier.setReading(on);
    }

    @Override
    public void close(CloseCode code, String reason) {
        carrier.close(code, reason);
    }

    /** Lets go of what waits. */
    void release() {
        queue.forEach(ByteBuf::release);
        queue.clear();
        queuedBytes = 0;
        shownQueuedBytes = 0;
        kept.release();
    }
}
