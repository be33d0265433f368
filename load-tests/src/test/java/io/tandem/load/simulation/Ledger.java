package io.tandem.load.simulation;

import io.tandem.load.delivery.ActionOutbox;
import io.tandem.load.delivery.Payload.Outcome;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Knows the truth of every action: who made it, on what, when, whether it happened, and what its agent was told. */
final class Ledger {
    /** An action of one viewer; a viewer that was loaded again is another. */
    record Key(int session, int viewer, long number) {}

    private static final class Entry {
        final int document;
        final long madeMillis;
        boolean happened;
        boolean told;
        boolean toldThatNot;

        Entry(int document, long madeMillis) {
            this.document = document;
            this.madeMillis = madeMillis;
        }
    }

    private final VirtualTime time;
    private final Map<Key, Entry> entries = new HashMap<>();
    private final Map<Integer, Long> lastOfViewer = new HashMap<>();
    private int happened;

    Ledger(VirtualTime time) {
        this.time = time;
    }

    int actions() {
        return entries.size();
    }

    int happened() {
        return happened;
    }

    void made(Key key, int document) {
        entries.put(key, new Entry(document, time.nowMillis()));
    }

    /** It is carried out, in this session, on this document. */
    void happens(Key key, int session, int document) {
        Entry entry = entry(key);
        if (key.session() != session) {
            throw new Violation("mispaired: " + key + " in session " + session);
        }
        if (entry.happened) {
            throw new Violation("twice: " + key);
        }
        if (entry.toldThatNot) {
            throw new Violation("happens after its agent was told that it does not: " + key);
        }
        if (entry.document != document) {
            throw new Violation("stale: " + key + " of document " + entry.document + " on " + document);
        }
        long age = time.nowMillis() - entry.madeMillis;
        if (age > ActionOutbox.ACTION_LIFE_MILLIS) {
            throw new Violation("late: " + key + " after " + age + " ms");
        }
        Long last = lastOfViewer.put(key.viewer(), key.number());
        if (last != null && last > key.number()) {
            throw new Violation("out of order: " + key + " after number " + last);
        }
        entry.happened = true;
        happened++;
    }

    /** Its agent is told what became of it; of one whose session is gone, nobody can know. */
    void told(Key key, @Nullable Outcome outcome, String reason) {
        Entry entry = entry(key);
        if (entry.told) {
            throw new Violation("told twice: " + key);
        }
        entry.told = true;
        boolean unknown = reason.equals("session-ended");
        if (!unknown && (outcome == Outcome.APPLIED) != entry.happened) {
            throw new Violation("told " + outcome + " " + reason + ", happened " + entry.happened + ": " + key);
        }
        entry.toldThatNot = !unknown && outcome != Outcome.APPLIED;
    }

    private Entry entry(Key key) {
        Entry entry = entries.get(key);
        if (entry == null) {
            throw new Violation("out of nothing: " + key);
        }
        return entry;
    }
}
