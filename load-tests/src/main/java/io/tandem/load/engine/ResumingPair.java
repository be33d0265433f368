package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.load.delivery.ActionInbox;
import io.tandem.load.delivery.ActionOutbox;
import io.tandem.load.delivery.DeliveryFrame;
import io.tandem.load.delivery.PageReceiver;
import io.tandem.load.delivery.PageSender;
import io.tandem.load.delivery.Payload;
import io.tandem.load.delivery.TagDelivery;
import io.tandem.load.delivery.ViewerDelivery;
import io.tandem.load.workload.Recording;
import io.tandem.load.workload.Step;
import io.tandem.load.workload.Step.Sender;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lane;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of one session that outlive their carriers, with the protocol's own machines: the tag keeps what is not acknowledged and sends it again
 * from where the viewer says, the agent keeps actions until their verdict. What they say is counted and stamped under all of that: each change of the page
 * has to come once and in order, and each action has to be carried out once, or be answered that it came too late. It costs the generator several times
 * what a {@link LoadPair} does. On its loop.
 */
final class ResumingPair implements Exchange {
    /** An end's channel: takes a frame, or says that it is not open. */
    interface Out {
        /** Sends it, and takes ownership, if the channel is open. */
        boolean send(ByteBuf frame);
    }

    /** Any number but 0 tells this viewer's requests from those of nobody. */
    static final long MARK = 1;

    private final LoadLoop loop;
    private final int number;
    private final Playhead playhead;
    private final Out tagOut;
    private final Out agentOut;
    private final int epoch;
    private final TagDelivery tag;
    private final ViewerDelivery viewer;
    private final long beganNanos = System.nanoTime();
    private boolean sending;

    private long changes;
    private final SequenceCheck changesSeen = new SequenceCheck();
    private long acts;
    private long settledActs;
    private long applied;
    private long carriedOut;
    private long lastCarriedOut;
    private long pointers;

    private long cutNanos;
    private long freshNanos;

    ResumingPair(LoadLoop loop, int number, Recording recording, Out tagOut, Out agentOut, int epoch, int participant) {
        this.loop = loop;
        this.number = number;
        this.playhead = new Playhead(recording, number);
        this.tagOut = tagOut;
        this.agentOut = agentOut;
        this.epoch = epoch;
        LoopClock clock = new LoopClock(loop.executor());
        ActionInbox inbox = new ActionInbox(new ActionInbox.Memory(), frame -> give(tagOut, frame), new Document());
        this.tag = new TagDelivery(new PageSender(clock, frame -> give(tagOut, frame), new Page(inbox)), inbox);
        PageReceiver receiver = new PageReceiver(clock, frame -> give(agentOut, frame), new Mirror(), MARK);
        ActionOutbox outbox =
                new ActionOutbox(clock, frame -> give(agentOut, frame), this::settled, MARK, receiver::tell);
        this.viewer = new ViewerDelivery(receiver, outbox, () -> participant);
        loop.active++;
    }

    private boolean give(Out out, DeliveryFrame frame) {
        ByteBuf bytes = frame.encode();
        int length = bytes.readableBytes();
        if (!out.send(bytes)) {
            bytes.release();
            return false;
        }
        loop.sent++;
        loop.sentBytes += length;
        return true;
    }

    /** The tag's channel has opened; for the first time, or again. */
    void tagOpened(int nextEpoch) {
        if (nextEpoch != epoch) {
            loop.fault(
                    Fault.CLOSED, 1, "the page of pair " + number + " is of epoch " + nextEpoch + " now, not " + epoch);
        }
        tag.page().opened(epoch);
        if (changes == 0) {
            change(FrameType.KEYFRAME, System.nanoTime(), Stamp.BYTES);
        }
    }

    /** The agent's channel has opened; for the first time, or again. */
    void viewerOpened() {
        viewer.opened();
    }

    /** The relay refused a frame of the agent's. */
    void refused(String reason, FrameType type, long sequence) {
        if (type.lane() == Lane.ACTION) {
            viewer.actions().refused(reason, type, sequence);
        }
    }

    /** Both channels were cut at this moment. */
    void onCut(long nanos) {
        cutNanos = nanos;
        freshNanos = 0;
    }

    /** When the agent saw the first change that was made after the cut; 0 where it has not. */
    long freshNanos() {
        return freshNanos;
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

    @Override
    public long dueNanos() {
        return playhead.dueNanos();
    }

    @Override
    public boolean sendDue(long nowNanos) {
        Step step = playhead.step();
        long due = playhead.dueNanos();
        playhead.advance();
        if (loop.isMeasured(due)) {
            loop.lateness.recordValue(Math.max(0, nowNanos - due));
        }
        switch (step.type().lane()) {
            case PAGE -> change(FrameType.MUTATIONS, due, step.payloadBytes());
            case ACTION -> act(step.type(), due, step.payloadBytes());
            default -> point(step, due);
        }
        return sending;
    }

    /** What is said carries a whole stamped frame, whose sequence counts what was said, and not how often it was sent. */
    private byte[] stamped(FrameType type, long count, long dueNanos, int bytes) {
        ByteBuf frame = loop.allocator.buffer(FrameHeader.LENGTH_BYTES + Math.max(bytes, Stamp.BYTES));
        loop.stamp.write(frame, type, FrameHeader.NO_FLAGS, epoch, count, dueNanos, number, bytes);
        byte[] said = ByteBufUtil.getBytes(frame);
        frame.release();
        return said;
    }

    private void change(FrameType type, long dueNanos, int bytes) {
        tag.page().send(type, FrameHeader.NO_FLAGS, stamped(type, ++changes, dueNanos, bytes));
    }

    private void act(FrameType type, long dueNanos, int bytes) {
        // An agent is told at once that an action is one too many: it never was one.
        if (viewer.actions().unanswered() < ActionOutbox.MAX_UNANSWERED) {
            viewer.actions().act(type, stamped(type, ++acts, dueNanos, bytes), epoch);
        }
    }

    private void point(Step step, long dueNanos) {
        ByteBuf frame = loop.allocator.buffer();
        loop.stamp.write(
                frame, step.type(), FrameHeader.NO_FLAGS, epoch, ++pointers, dueNanos, number, step.payloadBytes());
        Out out = step.sender() == Sender.TAG ? tagOut : agentOut;
        if (!out.send(frame)) {
            frame.release();
        }
    }

    @Override
    public void onTagFrame(ByteBuf frame) {
        if (count(frame)) {
            tag.receive(DeliveryFrame.of(frame));
        }
    }

    @Override
    public void onAgentFrame(ByteBuf frame) {
        if (count(frame)) {
            viewer.receive(DeliveryFrame.of(frame));
        }
    }

    /** Counts a frame; whether it is one of those that have to come. */
    private boolean count(ByteBuf frame) {
        loop.received++;
        loop.receivedBytes += frame.readableBytes();
        boolean isPointer = Lane.ofCode(FrameHeader.typeCode(frame)) == Lane.POINTER;
        if (isPointer) {
            isOurs(frame);
        }
        return !isPointer;
    }

    private boolean isOurs(ByteBuf said) {
        if (!loop.stamp.isWhole(said)) {
            loop.fault(Fault.CORRUPT, 1, said.readableBytes() + " bytes to pair " + number);
            return false;
        }
        if (Stamp.pair(said) != number) {
            loop.fault(Fault.MISPAIRED, 1, "what pair " + Stamp.pair(said) + " said came to pair " + number);
            return false;
        }
        return true;
    }

    private final class Page implements PageSender.Page {
        private final ActionInbox inbox;

        Page(ActionInbox inbox) {
            this.inbox = inbox;
        }

        @Override
        public void keyframe() {
            // What was given up is seen to be missing where this comes.
            loop.executor().execute(() -> change(FrameType.KEYFRAME, System.nanoTime(), Stamp.BYTES));
        }

        @Override
        public void room() {
            // The load is open: changes do not wait in the page.
        }

        @Override
        public void sync(boolean asks, long answered) {
            inbox.sync(asks, answered);
        }
    }

    private final class Mirror implements PageReceiver.Mirror {
        @Override
        public byte[] expand(byte[] payload, boolean linked) {
            throw new IllegalStateException("nothing was compressed");
        }

        @Override
        public void batch(byte[] batch, int of) {
            ByteBuf said = Unpooled.wrappedBuffer(batch);
            if (!isOurs(said)) {
                return;
            }
            long count = FrameHeader.sequence(said);
            long left = changesSeen.accept(count);
            if (left < 0) {
                loop.fault(Fault.DOUBLED, 1, "change " + count + " of pair " + number);
                return;
            }
            if (left > 0) {
                loop.fault(Fault.LOST, left, left + " changes before " + count + " of pair " + number);
            }
            seen(Stamp.dueNanos(said), System.nanoTime());
        }
    }

    private void seen(long dueNanos, long nowNanos) {
        if (loop.isMeasured(dueNanos)) {
            loop.endToEnd.recordValue(Math.max(0, nowNanos - dueNanos));
        }
        if (cutNanos != 0 && freshNanos == 0 && dueNanos - cutNanos >= 0) {
            freshNanos = nowNanos;
        }
    }

    private final class Document implements ActionInbox.Document {
        @Override
        public int epoch() {
            return epoch;
        }

        @Override
        public long clockMillis() {
            return (System.nanoTime() - beganNanos) / LoopClock.NANOS_PER_MILLI;
        }

        @Override
        public String refusal(DeliveryFrame action) {
            return "";
        }

        @Override
        public void carryOut(DeliveryFrame action) {
            ByteBuf said = Unpooled.wrappedBuffer(Payload.body(action));
            if (!isOurs(said)) {
                return;
            }
            long count = FrameHeader.sequence(said);
            if (count <= lastCarriedOut) {
                loop.fault(Fault.DOUBLED, 1, "action " + count + " of pair " + number);
                return;
            }
            lastCarriedOut = count;
            carriedOut++;
        }
    }

    private void settled(long action, Payload.@Nullable Outcome outcome, String reason) {
        settledActs++;
        if (outcome == Payload.Outcome.APPLIED) {
            applied++;
        } else if (outcome == Payload.Outcome.EXPIRED) {
            loop.expired++;
        } else {
            loop.fault(Fault.REFUSED, 1, "action " + action + " of pair " + number + ": " + reason);
        }
    }

    @Override
    public boolean isSettled() {
        return changesSeen.last() == changes && tag.page().ringBytes() == 0 && settledActs == acts;
    }

    @Override
    public void judgeRest() {
        missing(changes - changesSeen.last(), "changes");
        missing(acts - settledActs, "actions' verdicts");
        missing(applied - carriedOut, "actions that were said to be carried out");
        tag.page().stop();
        viewer.page().stop();
    }

    private void missing(long rest, String what) {
        if (rest > 0) {
            loop.fault(Fault.LOST, rest, rest + " " + what + " of pair " + number);
        }
    }
}
