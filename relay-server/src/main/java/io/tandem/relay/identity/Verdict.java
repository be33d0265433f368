package io.tandem.relay.identity;

import io.tandem.relay.frame.CloseCode;

/** What the permission table says of one frame. */
public sealed interface Verdict {

    /** The frame is routed. */
    record Allow() implements Verdict {}

    /** The role may send this type, but not now: the frame is dropped, its sender told, the channel stays open. */
    record Refuse(RefusalReason reason) implements Verdict {}

    /** The role may never send this type: the channel is closed. */
    record Close(CloseCode code) implements Verdict {}
}
