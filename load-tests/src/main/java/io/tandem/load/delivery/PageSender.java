package io.tandem.load.delivery;

import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The page lane at the tag (protocol, section 4.1): numbers the page frames of a document, keeps them until they are acknowledged (the ring),
 * and lets no more travel than the window allows. A keyframe's first frame begins a line; what was kept before it is forgotten.
 */
public final class PageSender {
    /** The protocol's bound of what is kept. */
    public static final int MAX_RING_BYTES = 2 << 20;

    /** Page frames that stay unacknowledged for this long make the tag ask how far the agent is; each time for twice as long ... */
    static final long ASK_MILLIS = 2_000;

    /** ... up to this: an agent who is away tells by itself when it is back. */
    private static final long ASK_AT_MOST_MILLIS = 16_000;

    private static final int JOINED = 1;
    private static final long UNASKED = 0;

    /** What the page and SYNC are asked for. */
    public interface Page {
        /** What was sent is of no use any more: the whole page is wanted. */
        void keyframe();

        /** There is room for changes again. */
        void room();

        /**
         * Sends SYNC.
         *
         * @param answered the sequence of the request that it answers; 0 where nobody asked
         */
        void sync(boolean asks, long answered);
    }

    private static final class Kept {
        final DeliveryFrame frame;
        long sentMillis;
        int sendings;

        Kept(DeliveryFrame frame) {
            this.frame = frame;
        }
    }

    private final DeliveryClock clock;
    private final DeliveryFrame.Sender out;
    private final Page page;
    private final SendWindow window;
    private final List<Kept> ring = new ArrayList<>();
    private int epoch;
    private long last;

    /** Whether more of a batch is to come. */
    private boolean unfinished;

    private int ringBytes;

    /** How many of the ring, from its begin, are on their way. */
    private int travelling;

    private int travellingBytes;

    /** After a new carrier nothing is sent until the agent has said from where. */
    private boolean held;

    private boolean full;
    private long askMillis = ASK_MILLIS;
    private DeliveryClock.@Nullable Timer ask;

    /** The sender of a document's page. */
    public PageSender(DeliveryClock clock, DeliveryFrame.Sender out, Page page) {
        this.clock = clock;
        this.out = out;
        this.page = page;
        this.window = new SendWindow(clock);
    }

    /** Sends a page frame. */
    public void send(FrameType type, int flags, byte[] payload) {
        boolean beginsLine = type == FrameType.KEYFRAME && (flags & FrameHeader.LINKED) == 0;
        if (beginsLine) {
            forget();
            // So that its first frame is not taken for more of a batch that was given up.
            last += unfinished ? 1 : 0;
        }
        unfinished = (flags & FrameHeader.MORE) != 0;
        DeliveryFrame frame = new DeliveryFrame(type, flags, 0, epoch, ++last, payload);
        if (ringBytes + frame.bytes() > MAX_RING_BYTES) {
            wantKeyframe();
            return;
        }
        ring.add(new Kept(frame));
        ringBytes += frame.bytes();
        pump();
    }

    /** Whether a frame that is made now would leave soon. While it would not, changes wait in the page and coalesce. */
    public boolean hasRoom() {
        full = held || ringBytes >= window.bytes();
        return !full;
    }

    /** What is kept. */
    public int ringBytes() {
        return ringBytes;
    }

    private void pump() {
        while (!held && travelling < ring.size() && travellingBytes < window.bytes()) {
            Kept next = ring.get(travelling);
            if (!out.send(next.frame)) {
                break;
            }
            travelling++;
            travellingBytes += next.frame.bytes();
            next.sendings++;
            next.sentMillis = clock.nowMillis();
        }
        if (ask == null && (!ring.isEmpty() || held)) {
            ask = clock.after(askMillis, this::ask);
        }
    }

    private void ask() {
        ask = null;
        askMillis = Math.min(askMillis * 2, ASK_AT_MOST_MILLIS);
        page.sync(true, UNASKED);
        pump();
    }

    private void heard() {
        stopAsking();
        askMillis = ASK_MILLIS;
        held = false;
    }

    private void stopAsking() {
        if (ask != null) {
            ask.cancel();
            ask = null;
        }
    }

    private void forget() {
        ring.clear();
        ringBytes = 0;
        travelling = 0;
        travellingBytes = 0;
    }

    private void wantKeyframe() {
        forget();
        page.keyframe();
    }

    private void acknowledge(long sequence) {
        boolean wasFull = ringBytes * 2 >= window.bytes();
        int acked = 0;
        int count = 0;
        Kept newest = null;
        while (count < ring.size() && ring.get(count).frame.sequence() <= sequence) {
            newest = ring.get(count++);
            acked += newest.frame.bytes();
            if (travelling > 0) {
                travelling--;
                travellingBytes -= newest.frame.bytes();
            }
        }
        if (newest == null) {
            return;
        }
        ring.subList(0, count).clear();
        ringBytes -= acked;
        if (newest.sendings == 1) {
            // Of a frame that went twice nobody knows which of them is meant.
            window.acknowledged(acked, clock.nowMillis() - newest.sentMillis, wasFull);
        }
    }

    private void resume(int of, long sequence) {
        if (of == epoch && sequence <= last) {
            acknowledge(sequence);
        }
        boolean known = of == epoch
                && (ring.isEmpty() ? sequence == last : ring.get(0).frame.sequence() == sequence + 1);
        if (known || beginsWithKeyframe()) {
            rewind();
        } else {
            wantKeyframe();
        }
    }

    private boolean beginsWithKeyframe() {
        return !ring.isEmpty() && ring.get(0).frame.beginsLine();
    }

    private void rewind() {
        travelling = 0;
        travellingBytes = 0;
        window.restart();
    }

    private void whole(int of, long reason) {
        if (beginsWithKeyframe() && (reason == JOINED || of != epoch)) {
            rewind();
        } else {
            wantKeyframe();
        }
    }

    /** Takes PAGE_ACK, RESUME and KEYFRAME_REQUEST. */
    public void receive(DeliveryFrame frame) {
        long number = Payload.number(frame.payload());
        switch (frame.type()) {
            case PAGE_ACK -> {
                if (frame.sequence() != UNASKED) {
                    page.sync(false, frame.sequence());
                }
                if (frame.epoch() != epoch) {
                    return;
                }
                heard();
                acknowledge(Math.min(number, last));
            }
            case RESUME -> answer(frame, () -> resume(frame.epoch(), number));
            case KEYFRAME_REQUEST -> answer(frame, () -> whole(frame.epoch(), number));
            default -> throw new IllegalArgumentException(frame.type() + " tells nothing about the page");
        }
        pump();
        if (full && ringBytes < window.bytes()) {
            full = false;
            page.room();
        }
    }

    private void answer(DeliveryFrame request, Runnable task) {
        heard();
        // First, so that the agent may act as soon as it sees the page.
        page.sync(false, request.sequence());
        task.run();
    }

    /** The channel has opened: what travelled on the carrier before is lost, or not. */
    public void opened(int nextEpoch) {
        boolean isNew = nextEpoch != epoch;
        boolean hadBegun = last > 0;
        epoch = nextEpoch;
        heard();
        held = hadBegun && !isNew;
        if (isNew) {
            last = 0;
        }
        page.sync(held, UNASKED);
        if (isNew && hadBegun) {
            wantKeyframe();
        }
        pump();
    }

    /** Forgets what was sent: a keyframe comes by itself, and waits for nobody. */
    public void restart() {
        heard();
        forget();
        page.sync(false, UNASKED);
    }

    /** The document is gone. */
    public void stop() {
        stopAsking();
        forget();
    }
}
