package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.Lane;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * A wire behind an uplink of so many kbit/s, which takes one frame after the other, each for as long as it needs there. As a tag does, it hands page frames
 * to the link only while little waits on it, so that pointers and answers do not queue behind a page; the page waits before it. On its event loop.
 */
public final class PacedWire implements Wire {
    /** A tag narrows its window until frames wait no longer than this (protocol, section 4.1). */
    private static final long QUEUE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** The WebSocket's header with its mask, and TCP's and IP's. */
    private static final int OVERHEAD_BYTES = 8 + 40;

    private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Wire wire;
    private final EventLoop loop;
    private final int kbit;
    private final Queue<ByteBuf> page = new ArrayDeque<>();
    private final Queue<ByteBuf> link = new ArrayDeque<>();
    private long waitingBytes;

    /** How long the frames that are on the link need there. */
    private long queuedNanos;

    /** When the frame at the head of the link has left it. */
    private long headLeavesNanos;

    /** Within {@link #leave}, which goes on by itself. */
    private boolean leaving;

    private boolean over;

    /** Before a wire of this loop. */
    public PacedWire(Wire wire, EventLoop loop, int kbit) {
        if (kbit < 1) {
            throw new IllegalArgumentException("a link of " + kbit + " kbit/s; allowed are 1 and more");
        }
        this.wire = wire;
        this.loop = loop;
        this.kbit = kbit;
    }

    private long nanosOf(ByteBuf frame) {
        // A kbit/s is a bit in a millisecond.
        return (frame.readableBytes() + OVERHEAD_BYTES) * (long) Byte.SIZE * NANOS_PER_MILLI / kbit;
    }

    @Override
    public void send(ByteBuf frame) {
        if (over) {
            frame.release();
            return;
        }
        waitingBytes += frame.readableBytes();
        if (Lane.ofCode(FrameHeader.typeCode(frame)) == Lane.PAGE) {
            page.add(frame);
            fill();
        } else {
            put(frame);
        }
    }

    private void fill() {
        while (!page.isEmpty() && queuedNanos < QUEUE_NANOS) {
            put(page.remove());
        }
    }

    private void put(ByteBuf frame) {
        boolean idle = link.isEmpty() && !leaving;
        link.add(frame);
        queuedNanos += nanosOf(frame);
        if (idle) {
            leaveAt(System.nanoTime() + nanosOf(frame));
        }
    }

    private void leaveAt(long nanos) {
        headLeavesNanos = nanos;
        loop.schedule(this::leave, nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    /** What has left by now goes; a late timer slows nothing down, for the next frame counts from when this one was to leave. */
    private void leave() {
        leaving = true;
        while (!link.isEmpty() && headLeavesNanos - System.nanoTime() <= 0) {
            ByteBuf frame = link.remove();
            queuedNanos -= nanosOf(frame);
            waitingBytes -= frame.readableBytes();
            wire.send(frame);
            fill();
            if (!link.isEmpty()) {
                headLeavesNanos += nanosOf(link.element());
            }
        }
        leaving = false;
        if (!link.isEmpty()) {
            leaveAt(headLeavesNanos);
        }
    }

    @Override
    public long waitingBytes() {
        return waitingBytes + wire.waitingBytes();
    }

    @Override
    public Traffic traffic() {
        return wire.traffic();
    }

    @Override
    public void setReading(boolean on) {
        wire.setReading(on);
    }

    @Override
    public void cut() {
        over = true;
        page.forEach(ByteBuf::release);
        page.clear();
        link.forEach(ByteBuf::release);
        link.clear();
        waitingBytes = 0;
        queuedNanos = 0;
        wire.cut();
    }
}
