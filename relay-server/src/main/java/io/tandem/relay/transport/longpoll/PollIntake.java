package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.session.ChannelIngress;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a carrier's frames to its session, with what each took of the network, and tells it of every byte that came with none.
 *
 * <p>While the session does not read, what came of the bodies waits here, as it would wait in the network on a WebSocket: whoever opens a
 * carrier anew sends no more by it. On the session's loop.
 */
final class PollIntake {
    private static final Logger LOG = LoggerFactory.getLogger(PollIntake.class);

    /** A body of which something was not handed on. */
    private static final class Waiting {
        private final ByteBuf body;
        private final PollRecordReader records;

        /** That the session was told of, heads of records included. */
        private int handedOnBytes;

        private final int bodyBytes;

        Waiting(ByteBuf body) {
            this.body = body;
            this.records = new PollRecordReader(body);
            this.bodyBytes = body.readableBytes();
        }
    }

    private final ChannelIngress ingress;
    private final PollCarrier carrier;

    /** What the bodies that wait may hold: one of the largest. */
    private final int keptBytes;

    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private boolean reading = true;
    private boolean takes;

    /** Taken from the network since the session was told last. */
    private int carriedBytes;

    PollIntake(ChannelIngress ingress, PollCarrier carrier, int keptBytes) {
        this.ingress = ingress;
        this.carrier = carrier;
        this.keptBytes = keptBytes;
    }

    /** Takes the opening's body: HELLO and nothing else, which nobody holds. The body stays the caller's. */
    void open(ByteBuf body, int headBytes) {
        try {
            ByteBuf hello = hello(new PollRecordReader(body));
            carriedBytes += headBytes;
            handOn(hello);
        } catch (FrameViolation violation) {
            carrier.close(violation.code(), violation.reason());
        }
    }

    private static ByteBuf hello(PollRecordReader opening) throws FrameViolation {
        if (!(opening.next() instanceof PollRecordReader.Frame hello)) {
            throw new FrameViolation(CloseCode.MALFORMED, "no frame opened the carrier; allowed is HELLO");
        }
        if (!opening.isAtEnd()) {
            hello.bytes().release();
            throw new FrameViolation(CloseCode.MALFORMED, "something follows HELLO in the opening");
        }
        return hello.bytes();
    }

    /** Whether the session reads: then nothing waits. */
    boolean isReading() {
        return reading;
    }

    void setReading(boolean on) {
        reading = on;
        takeOn();
    }

    /** Takes the records of a body as soon as the session reads. Takes ownership of the body. */
    void take(ByteBuf body, int headBytes) {
        carriedBytes += headBytes;
        int heldBytes = body.capacity();
        for (Waiting each : waiting) {
            heldBytes += each.body.capacity();
        }
        boolean fits = waiting.isEmpty() || heldBytes <= keptBytes;
        waiting.add(new Waiting(body));
        if (fits) {
            takeOn();
        } else {
            carrier.close(
                    CloseCode.OVERLOADED,
                    String.format(
                            Locale.ROOT, "more was sent than may wait to be read: allowed are %d bytes", keptBytes));
        }
    }

    private void takeOn() {
        if (takes) {
            // The session reads on from within a frame: the loop that handed it on goes on.
            return;
        }
        takes = true;
        try {
            for (Waiting first = waiting.peek(); first != null; first = waiting.peek()) {
                if (first.records.isAtEnd()) {
                    finish(waiting.remove());
                } else if (reading) {
                    // It may close the carrier: then nothing waits any more.
                    takeNext(first);
                } else {
                    return;
                }
            }
        } finally {
            takes = false;
        }
    }

    private void takeNext(Waiting from) {
        try {
            PollRecordReader.Said said = from.records.next();
            if (said instanceof PollRecordReader.Frame frame) {
                from.handedOnBytes += PollRecords.HEADER_BYTES + frame.bytes().readableBytes();
                handOn(frame.bytes());
            } else if (said instanceof PollRecordReader.Close close) {
                carrier.closedByTheClient(close);
            }
        } catch (FrameViolation violation) {
            carrier.close(violation.code(), violation.reason());
        } catch (Throwable fault) {
            // Also memory that has run out: the POST would get no answer.
            LOG.error("a frame could not be handled", fault);
            carrier.close(CloseCode.INTERNAL_ERROR, "the relay could not handle a frame");
        }
    }

    private void handOn(ByteBuf frame) {
        int carried = carriedBytes + PollRecords.HEADER_BYTES + frame.readableBytes();
        carriedBytes = 0;
        ingress.onFrame(frame, carried);
    }

    /** What was dropped of a body took as much of the network as what was not. */
    private void finish(Waiting done) {
        done.body.release();
        dropped(done.bodyBytes - done.handedOnBytes);
    }

    /** So many bytes came that are no frame's. */
    void dropped(int bytes) {
        int carried = carriedBytes + bytes;
        carriedBytes = 0;
        if (carried > 0) {
            ingress.onCarried(carried);
        }
    }

    /** Lets go of what waits, which is paid for all the same. */
    void release() {
        for (Waiting each = waiting.poll(); each != null; each = waiting.poll()) {
            finish(each);
        }
    }

    void onWritabilityChanged(boolean writable) {
        ingress.onWritabilityChanged(writable);
    }

    void onClosed() {
        ingress.onClosed();
    }
}
