package io.tandem.load.delivery;

import io.tandem.load.delivery.Payload.Outcome;
import io.tandem.load.delivery.Payload.Verdict;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lane;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The action lane at the tag (protocol, section 4.3): each action once, in order, in time, on the document that it was made for, answered by a
 * verdict that is remembered before it is carried out.
 */
public class ActionInbox {
    /** Agents whose actions are remembered; more than ever take part in a session. */
    static final int MAX_AGENTS = 16;

    private static final String LATE = "late";
    private static final String STALE_EPOCH = "stale-epoch";
    private static final String APPLIED = "";

    /** What outlives the document: what its actions were answered. */
    public static final class Memory {
        private final Map<Integer, Answers> byAgent = new LinkedHashMap<>();

        private static final class Answers {
            long highest;
            final List<String> given = new ArrayList<>();
        }

        private Answers of(int agent) {
            Answers known = byAgent.get(agent);
            if (known != null) {
                return known;
            }
            if (byAgent.size() == MAX_AGENTS) {
                byAgent.remove(byAgent.keySet().iterator().next());
            }
            Answers fresh = new Answers();
            byAgent.put(agent, fresh);
            return fresh;
        }
    }

    /** The document that actions are carried out on. */
    public interface Document {
        /** Its page epoch. */
        int epoch();

        /** Time since it began. */
        long clockMillis();

        /** Whether an action may be carried out now: a reason why not, or nothing. */
        String refusal(DeliveryFrame action);

        /** Carries an action out. */
        void carryOut(DeliveryFrame action);
    }

    private final Memory memory;
    private final DeliveryFrame.Sender out;
    private final Document document;
    private long verdicts;

    /** The inbox of a document. */
    public ActionInbox(Memory memory, DeliveryFrame.Sender out, Document document) {
        this.memory = memory;
        this.out = out;
        this.document = document;
    }

    /** Takes an action. */
    public final void accept(DeliveryFrame action) {
        if (action.type().lane() != Lane.ACTION
                || action.type() == FrameType.VERDICT
                || action.type() == FrameType.SYNC) {
            return;
        }
        Memory.Answers answers = memory.of(action.sender());
        long sequence = action.sequence();
        if (sequence <= answers.highest && isAnswered(action)) {
            int behind = (int) Math.min(Integer.MAX_VALUE, answers.highest - sequence);
            int size = answers.given.size();
            answer(action, behind < size ? answers.given.get(size - 1 - behind) : LATE);
            return;
        }
        // Beyond a gap: it will come again.
        if (sequence > answers.highest + 1) {
            return;
        }
        String given = judge(action);
        remember(answers, sequence, given);
        if (given.equals(APPLIED)) {
            document.carryOut(action);
        }
        answer(action, given);
    }

    /** Whether an action of a sequence that was answered is that same action. */
    protected boolean isAnswered(DeliveryFrame action) {
        return true;
    }

    /** Whether an action was made on this document. */
    protected boolean isOfThisDocument(DeliveryFrame action) {
        return action.epoch() == document.epoch();
    }

    /** Whether an action comes later than its agent wanted. */
    protected boolean isLate(DeliveryFrame action) {
        return Payload.number(action.payload()) <= document.clockMillis();
    }

    private String judge(DeliveryFrame action) {
        if (!isOfThisDocument(action)) {
            return STALE_EPOCH;
        }
        return isLate(action) ? LATE : document.refusal(action);
    }

    private static void remember(Memory.Answers answers, long sequence, String given) {
        answers.highest = Math.max(answers.highest, sequence);
        answers.given.add(given);
        if (answers.given.size() > ActionOutbox.MAX_UNANSWERED) {
            answers.given.remove(0);
        }
    }

    private void answer(DeliveryFrame action, String given) {
        Outcome outcome =
                given.equals(APPLIED) ? Outcome.APPLIED : given.equals(LATE) ? Outcome.EXPIRED : Outcome.REFUSED;
        Verdict verdict = new Verdict(action.sender(), action.sequence(), outcome, given);
        out.send(new DeliveryFrame(
                FrameType.VERDICT, FrameHeader.NO_FLAGS, 0, document.epoch(), ++verdicts, verdict.encode()));
    }

    /** Tells the agents what time it is here, and what was answered; to whom has asked, by the sequence of its request. */
    public final void sync(boolean asks, long answeredRequest) {
        Map<Integer, Long> answered = new LinkedHashMap<>();
        memory.byAgent.forEach((agent, answers) -> answered.put(agent, answers.highest));
        Payload.Sync sync = new Payload.Sync(asks, document.clockMillis(), answered);
        out.send(new DeliveryFrame(
                FrameType.SYNC, FrameHeader.NO_FLAGS, 0, document.epoch(), answeredRequest, sync.encode()));
    }
}
