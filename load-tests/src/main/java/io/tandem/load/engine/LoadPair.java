package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;
import io.tandem.load.workload.Recording;
import io.tandem.load.workload.Step;
import io.tandem.load.workload.Step.Sender;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Varint;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The two ends of one session, which exchange what a recording says and check what they get: each page and action frame once, in order,
 * whole and in the right pair; pointer frames in order. The agent acknowledges page frames and the tag answers actions, as theirs do. On
 * its loop.
 */
public final class LoadPair implements Exchange {
    /** A viewer acknowledges so many bytes of page frames at once (protocol, section 4.1) ... */
    private static final int ACK_BYTES = 4 << 10;

    /** ... and any within this time. */
    private static final long ACK_MILLIS = 50;

    /** More than this is not kept for a channel that takes nothing: an open load would grow for ever. */
    private static final long STALLED_BYTES = 8L << 20;

    /** Of how many frames on their way it is known when they were sent. */
    private static final int REMEMBERED = 64;

    /** A type's lane is its two top bits. */
    private static final int LANE_SHIFT = 6;

    private static final int LANES = 4;
    private static final int PAGE = FrameType.MUTATIONS.code() >>> LANE_SHIFT;
    private static final int ACTION = FrameType.CLICK.code() >>> LANE_SHIFT;
    private static final int POINTER = FrameType.CURSOR.code() >>> LANE_SHIFT;

    private final LoadLoop loop;
    private final int number;
    private final Playhead playhead;
    private final boolean acts;
    private final End tag;
    private final End agent;

    private boolean sending;
    private boolean stalled;

    private long unacknowledgedBytes;
    private boolean ackDue;

    /** One end: what it has sent, what of the other's it has seen. */
    private static final class End {
        private final Sender role;
        private final Wire wire;
        private final int epoch;
        private final long[] sentSequences = new long[LANES];
        private final long[][] sentNanos = new long[LANES][REMEMBERED];
        private final SequenceCheck[] seen = new SequenceCheck[LANES];

        End(Sender role, Wire wire, int epoch) {
            this.role = role;
            this.wire = wire;
            this.epoch = epoch;
            for (int i = 0; i < seen.length; i++) {
                seen[i] = new SequenceCheck();
            }
        }
    }

    /**
     * A pair whose channels are open and may send everything.
     *
     * @param number by which its frames are told from others'
     * @param epoch of the tag's document
     * @param acts whether the session's mode lets the agent act; where it does not, an action that arrives is a fault
     */
    public LoadPair(LoadLoop loop, int number, Recording recording, boolean acts, Wire tag, Wire agent, int epoch) {
        this.loop = loop;
        this.number = number;
        this.playhead = new Playhead(recording, number);
        this.acts = acts;
        this.tag = new End(Sender.TAG, tag, epoch);
        this.agent = new End(Sender.AGENT, agent, epoch);
        loop.active++;
    }

    @Override
    public void start(long nowNanos, double phase) {
        playhead.start(nowNanos, phase);
        sending = true;
        loop.add(this);
    }

    @Override
    public void quiet() {
        if (sending) {
            sending = false;
            loop.remove(this);
        }
    }

    private static int laneOf(FrameType type) {
        return type.code() >>> LANE_SHIFT;
    }

    private static String name(int lane) {
        return lane == PAGE ? "page" : lane == ACTION ? "action" : "pointer";
    }

    @Override
    public long dueNanos() {
        return playhead.dueNanos();
    }

    @Override
    public boolean sendDue(long nowNanos) {
        Step step = playhead.step();
        long due = playhead.dueNanos();
        playhead.advance();
        End from = step.sender() == Sender.TAG ? tag : agent;
        if (from.wire.waitingBytes() > STALLED_BYTES) {
            if (!stalled) {
                stalled = true;
                loop.fault(Fault.STALLED, 1, "pair " + number + ", " + from.role + "'s channel");
            }
            return sending;
        }
        if (loop.isMeasured(due)) {
            loop.lateness.recordValue(Math.max(0, nowNanos - due));
        }
        send(
                from,
                step.type(),
                step.more() ? FrameHeader.MORE : FrameHeader.NO_FLAGS,
                due,
                step.payloadBytes(),
                nowNanos);
        return sending;
    }

    private void send(End from, FrameType type, int flags, long dueNanos, int payloadBytes, long nowNanos) {
        int lane = laneOf(type);
        long sequence = ++from.sentSequences[lane];
        from.sentNanos[lane][(int) sequence % REMEMBERED] = nowNanos;
        ByteBuf frame = loop.allocator.buffer(FrameHeader.LENGTH_BYTES + Math.max(payloadBytes, Stamp.BYTES));
        loop.stamp.write(frame, type, flags, from.epoch, sequence, dueNanos, number, payloadBytes);
        give(from, frame);
    }

    private void give(End from, ByteBuf frame) {
        loop.sent++;
        loop.sentBytes += frame.readableBytes();
        from.wire.send(frame);
    }

    @Override
    public void onTagFrame(ByteBuf frame) {
        FrameType type = FrameType.ofCode(FrameHeader.typeCode(frame));
        count(frame);
        if (type == FrameType.PAGE_ACK) {
            check(tag, agent, PAGE, frame);
            return;
        }
        if (type == null || !isWhole(tag, frame)) {
            return;
        }
        check(tag, agent, laneOf(type), frame);
        if (laneOf(type) == ACTION) {
            if (acts) {
                send(
                        tag,
                        FrameType.VERDICT,
                        FrameHeader.NO_FLAGS,
                        Stamp.dueNanos(frame),
                        Stamp.BYTES,
                        System.nanoTime());
            } else {
                loop.fault(Fault.FORBIDDEN, 1, type + " in pair " + number + ", which only looks on");
            }
        }
    }

    @Override
    public void onAgentFrame(ByteBuf frame) {
        FrameType type = FrameType.ofCode(FrameHeader.typeCode(frame));
        count(frame);
        if (type == null || !isWhole(agent, frame)) {
            return;
        }
        check(agent, tag, laneOf(type), frame);
        if (laneOf(type) == PAGE) {
            unacknowledgedBytes += frame.readableBytes();
            if (unacknowledgedBytes >= ACK_BYTES) {
                acknowledge();
            } else if (!ackDue) {
                ackDue = true;
                loop.executor().schedule(this::acknowledge, ACK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void acknowledge() {
        ackDue = false;
        if (unacknowledgedBytes == 0) {
            return;
        }
        unacknowledgedBytes = 0;
        ByteBuf frame = loop.allocator.buffer(FrameHeader.LENGTH_BYTES + Integer.BYTES + 1);
        int lane = PAGE;
        FrameHeader.write(frame, FrameType.PAGE_ACK, FrameHeader.NO_FLAGS, 0, agent.epoch, ++agent.sentSequences[lane]);
        Varint.write(frame, (int) agent.seen[lane].last());
        give(agent, frame);
    }

    private void count(ByteBuf frame) {
        loop.received++;
        loop.receivedBytes += frame.readableBytes();
    }

    private boolean isWhole(End to, ByteBuf frame) {
        if (!loop.stamp.isWhole(frame)) {
            loop.fault(
                    Fault.CORRUPT,
                    1,
                    "a frame of " + frame.readableBytes() + " bytes to pair " + number + "'s " + to.role);
            return false;
        }
        if (Stamp.pair(frame) != number) {
            loop.fault(Fault.MISPAIRED, 1, "a frame of pair " + Stamp.pair(frame) + " came to pair " + number);
            return false;
        }
        return true;
    }

    private void check(End to, End from, int lane, ByteBuf frame) {
        long sequence = FrameHeader.sequence(frame);
        long left = to.seen[lane].accept(sequence);
        if (left < 0) {
            loop.fault(Fault.DOUBLED, 1, where(to, lane, sequence));
            return;
        }
        if (left > 0 && lane == POINTER) {
            loop.collapsed += left;
        } else if (left > 0) {
            loop.fault(Fault.LOST, left, left + " before " + where(to, lane, sequence));
        }
        if (FrameHeader.typeCode(frame) != FrameType.PAGE_ACK.code() && loop.isMeasured(Stamp.dueNanos(frame))) {
            measure(from, lane, sequence, frame);
        }
    }

    private void measure(End from, int lane, long sequence, ByteBuf frame) {
        long now = System.nanoTime();
        long sinceDue = Math.max(0, now - Stamp.dueNanos(frame));
        if (FrameHeader.typeCode(frame) == FrameType.VERDICT.code()) {
            loop.verdicts.recordValue(sinceDue);
        } else {
            loop.endToEnd.recordValue(sinceDue);
            if (lane == POINTER && from == tag) {
                loop.pointers.recordValue(sinceDue);
            }
        }
        if (from.sentSequences[lane] - sequence < REMEMBERED) {
            loop.throughRelay.recordValue(Math.max(0, now - from.sentNanos[lane][(int) sequence % REMEMBERED]));
        }
    }

    private String where(End to, int lane, long sequence) {
        return String.format(Locale.ROOT, "%s frame %d to the %s of pair %d", name(lane), sequence, to.role, number);
    }

    @Override
    public void judgeRest() {
        for (int lane = PAGE; lane <= ACTION; lane++) {
            missing(tag, agent, lane);
            if (acts || lane == PAGE) {
                missing(agent, tag, lane);
            }
        }
    }

    private void missing(End from, End to, int lane) {
        long rest = from.sentSequences[lane] - to.seen[lane].last();
        if (rest > 0) {
            loop.fault(
                    Fault.LOST,
                    rest,
                    "the last " + rest + " of the " + from.role + "'s " + name(lane) + " frames of pair " + number);
        }
    }

    @Override
    public boolean isSettled() {
        if (unacknowledgedBytes > 0) {
            // An acknowledgement is still to be sent: it would be missed as soon as it is.
            return false;
        }
        for (int lane = PAGE; lane <= ACTION; lane++) {
            if (tag.sentSequences[lane] != agent.seen[lane].last()
                    || ((acts || lane == PAGE) && agent.sentSequences[lane] != tag.seen[lane].last())) {
                return false;
            }
        }
        return true;
    }
}
