package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.session.ChannelIngress;

/** Hands a carrier's frames to its session, with what each took of the network, and tells it of every byte that came with none. On the session's loop. */
final class PollIntake {
    private final ChannelIngress ingress;

    /** Taken from the network since the session was told last. */
    private int carriedBytes;

    /** Of the body that is being read, heads of records included. */
    private int handedOnBytes;

    PollIntake(ChannelIngress ingress) {
        this.ingress = ingress;
    }

    /** A request's body is read from now on. */
    void begin(int headBytes) {
        carriedBytes += headBytes;
        handedOnBytes = 0;
    }

    void frame(ByteBuf frame) {
        int recordBytes = PollRecords.HEADER_BYTES + frame.readableBytes();
        int carried = carriedBytes + recordBytes;
        carriedBytes = 0;
        handedOnBytes += recordBytes;
        ingress.onFrame(frame, carried);
    }

    /** All that is taken of the body was taken: what was dropped took as much of the network. */
    void end(int bodyBytes) {
        dropped(bodyBytes - handedOnBytes);
    }

    /** So many bytes came that are no frame's. */
    void dropped(int bytes) {
        int carried = carriedBytes + bytes;
        carriedBytes = 0;
        if (carried > 0) {
            ingress.onCarried(carried);
        }
    }

    void onWritabilityChanged(boolean writable) {
        ingress.onWritabilityChanged(writable);
    }

    void onClosed() {
        ingress.onClosed();
    }
}
