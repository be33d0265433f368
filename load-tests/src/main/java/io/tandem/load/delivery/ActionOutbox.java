package io.tandem.load.delivery;

import io.tandem.load.delivery.Payload.Outcome;
import io.tandem.load.delivery.Payload.Sync;
import io.tandem.load.delivery.Payload.Verdict;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The action lane at the agent (protocol, section 4.3): keeps actions, in order, until their verdict has come, and sends them again until then. An
 * action on a document whose SYNC has not come waits for it: its deadline counts from the moment of {@link #act}, and only the tag says what became
 * of it.
 */
public final class ActionOutbox {
    /** The protocol's bound of what waits for its verdict. */
    public static final int MAX_UNANSWERED = 64;

    /** How long an action may take to be carried out. */
    public static final long ACTION_LIFE_MILLIS = 5_000;

    /** What {@link #act} answers when too many wait already. */
    public static final long TOO_MANY = -1;

    /** Unanswered actions are sent again after this long without a verdict. */
    private static final long AGAIN_MILLIS = 2_000;

    /** Documents whose clocks are known: the one in sight, and the one that comes after it. */
    private static final int MAX_CLOCKS = 2;

    private static final int HALF_THE_EPOCHS = 0x8000;
    private static final int EPOCH_BITS = 0xFFFF;

    /** Stands for a refused action, as sequences have no gaps: node 0, which every mode lets pass. */
    private static final byte[] NOTHING = {0};

    /** Hears what became of each action, once. */
    public interface Settlement {
        /**
         * The action is settled.
         *
         * @param outcome null where the relay would not pass it on, or nobody is there to answer any more
         */
        void settled(long number, @Nullable Outcome outcome, String reason);
    }

    private static final class Pending {
        final long number;
        final FrameType type;
        final byte[] body;
        final int epoch;
        final long madeMillis;

        /** As it was first sent; null before. */
        @Nullable
        DeliveryFrame frame;

        int sendings;

        /** Why the relay refused it; empty where it did not. */
        String refusal = "";

        boolean settled;

        Pending(long number, FrameType type, byte[] body, int epoch, long madeMillis) {
            this.number = number;
            this.type = type;
            this.body = body;
            this.epoch = epoch;
            this.madeMillis = madeMillis;
        }
    }

    private final DeliveryClock clock;
    private final DeliveryFrame.Sender out;
    private final Settlement settlement;
    private final long mark;
    private final Runnable asks;
    private final List<Pending> pending = new ArrayList<>();

    /** When the clock of a document's tag stood at 0, on this side's clock, for the latest documents. */
    private final Map<Integer, Long> zeros = new LinkedHashMap<>();

    private long acted;

    /** Sequence of the action before the first: the desk may have been reloaded. */
    private long base;

    /** Whether an action may bear a sequence: all that an earlier desk had sent is answered, or never will be. */
    private boolean counting;

    /** Whether an action bears a sequence by now. */
    private boolean numbered;

    /** The highest sequence that the tag has answered, as it says itself: less than before where it could not keep all in mind. */
    private long answeredTo;

    /** Whether a SYNC was asked for since the last one. */
    private boolean doubted;

    private DeliveryClock.@Nullable Timer again;

    /**
     * An outbox that has sent nothing.
     *
     * @param mark what this viewer's requests bear, and no earlier one's of the same agent
     * @param asks has the viewer send a request, which a SYNC answers
     */
    public ActionOutbox(
            DeliveryClock clock, DeliveryFrame.Sender out, Settlement settlement, long mark, Runnable asks) {
        this.mark = mark;
        this.asks = asks;
        this.clock = clock;
        this.out = out;
        this.settlement = settlement;
    }

    /**
     * How many there are from the first that waits for its verdict on: verdicts may overtake each other, and the tag remembers the
     * latest alone.
     */
    public int unanswered() {
        return pending.isEmpty() ? 0 : (int) (acted + 1 - pending.get(0).number);
    }

    /** Acts on the page of an epoch; answers with the action's number, or {@link #TOO_MANY}. */
    public long act(FrameType type, byte[] body, int epoch) {
        if (unanswered() >= MAX_UNANSWERED) {
            return TOO_MANY;
        }
        boolean next = pending.stream().allMatch(one -> one.frame != null);
        pending.add(new Pending(++acted, type, body, epoch, clock.nowMillis()));
        if (next) {
            // One that waits is not overtaken.
            send(pending.size() - 1);
        }
        return acted;
    }

    private void send(int from) {
        fillGap();
        for (Pending one : pending.subList(from, pending.size())) {
            DeliveryFrame frame = one.frame;
            if (frame == null) {
                Long deadline = deadlineOf(one);
                if (deadline == null) {
                    break;
                }
                numbered = true;
                frame = frameOf(one, one.type, Payload.action(deadline, one.body));
                one.frame = frame;
            }
            if (!out.send(frame)) {
                break;
            }
            one.sendings++;
        }
        if (!pending.isEmpty() && again == null) {
            again = clock.after(AGAIN_MILLIS, this::heardNothing);
        }
    }

    /** The tag waits for what it has answered and forgotten. */
    private void fillGap() {
        if (!numbered || pending.isEmpty()) {
            return;
        }
        Pending first = pending.get(0);
        for (long sequence = answeredTo + 1; sequence < base + first.number; sequence++) {
            out.send(nothing(first.epoch, sequence));
        }
    }

    private static DeliveryFrame nothing(int epoch, long sequence) {
        return new DeliveryFrame(
                FrameType.HIGHLIGHT, FrameHeader.NO_FLAGS, 0, epoch, sequence, Payload.action(0, NOTHING));
    }

    private DeliveryFrame frameOf(Pending one, FrameType type, byte[] payload) {
        return new DeliveryFrame(type, FrameHeader.NO_FLAGS, 0, one.epoch, base + one.number, payload);
    }

    /** A document that the consumer has left will answer nothing but that it was left; before that, an action waits for its document's clock. */
    private @Nullable Long deadlineOf(Pending one) {
        if (!counting) {
            return null;
        }
        Long zero = zeros.get(one.epoch);
        if (zero != null) {
            return Math.max(0, one.madeMillis - zero + ACTION_LIFE_MILLIS);
        }
        return zeros.keySet().stream().anyMatch(known -> isAfter(known, one.epoch)) ? 0L : null;
    }

    private static boolean isAfter(int epoch, int other) {
        return epoch != other && ((epoch - other) & EPOCH_BITS) < HALF_THE_EPOCHS;
    }

    private void stopSendingAgain() {
        if (again != null) {
            again.cancel();
            again = null;
        }
    }

    private void heardNothing() {
        if (!counting) {
            // The request was lost, or its answer.
            asks.run();
        }
        sendAgain();
    }

    /** Sends what waits, from the first: the channel has opened, or the session goes on after a pause. */
    public void sendAgain() {
        stopSendingAgain();
        send(0);
    }

    /**
     * Takes SYNC. Actions are counted from the first that answers a request of this viewer's: an earlier one was sent while actions of the desk before
     * it may still have been on their way.
     *
     * @param answered the sequence of the request that it answers
     * @param participant this agent's number
     */
    public void sync(Sync sync, int epoch, long answered, int participant) {
        zeros.remove(epoch);
        zeros.put(epoch, clock.nowMillis() - sync.clockMillis());
        if (zeros.size() > MAX_CLOCKS) {
            zeros.remove(zeros.keySet().iterator().next());
        }
        counting |= answered == mark;
        doubted = false;
        answeredTo = sync.answered().getOrDefault(participant, 0L);
        if (!numbered) {
            base = Math.max(base, answeredTo);
        }
        sendAgain();
    }

    private @Nullable Pending find(long sequence) {
        return pending.stream()
                .filter(one -> one.frame != null && base + one.number == sequence)
                .findFirst()
                .orElse(null);
    }

    private void settle(Pending one, @Nullable Outcome outcome, String reason) {
        if (!one.settled) {
            one.settled = true;
            settlement.settled(one.number, outcome, reason);
        }
    }

    /** Takes a verdict for this agent. */
    public void verdict(Verdict verdict) {
        answeredTo = Math.max(answeredTo, verdict.sequence());
        if (!numbered) {
            // Of the desk before this one.
            base = Math.max(base, verdict.sequence());
        }
        Pending one = find(verdict.sequence());
        if (one == null) {
            return;
        }
        pending.remove(one);
        stopSendingAgain();
        if (!pending.isEmpty()) {
            again = clock.after(AGAIN_MILLIS, this::heardNothing);
        }
        boolean expired = verdict.outcome() == Outcome.EXPIRED;
        if (expired && one.refusal.isEmpty() && !doubted) {
            // It was on its way for long, or what is known of the tag's clock is wrong.
            doubted = true;
            asks.run();
        }
        if (!one.refusal.isEmpty() && expired) {
            // What stood in for it has expired, as it was to.
            settle(one, null, one.refusal);
        } else {
            settle(one, verdict.outcome(), verdict.reason());
        }
    }

    /** The relay refused a frame, for this reason. */
    public void refused(String reason, FrameType type, long sequence) {
        Pending one = find(sequence);
        // An action waits for its receiver to come back.
        if (one == null || one.type != type || !one.refusal.isEmpty() || reason.equals("not-present")) {
            return;
        }
        one.refusal = reason;
        if (one.sendings == 1) {
            // The only one that ever left is not on its way any more; of two, the first may have been carried out.
            settle(one, null, reason);
        }
        one.frame = nothing(one.epoch, sequence);
        if (reason.equals("mode-forbids")) {
            sendAgain();
        }
    }

    /** Nobody will answer any more: settles what waits. */
    public void close() {
        stopSendingAgain();
        List<Pending> left = List.copyOf(pending);
        pending.clear();
        left.forEach(one -> settle(one, null, "session-ended"));
    }
}
