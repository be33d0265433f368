package io.tandem.load.delivery;

import io.tandem.load.delivery.Payload.Sync;
import io.tandem.load.delivery.Payload.Verdict;
import java.util.function.IntSupplier;

/** The viewer's end: the page comes in, actions go out. */
public record ViewerDelivery(PageReceiver page, ActionOutbox actions, IntSupplier participant) {
    /** Takes what comes on the page and action lanes. */
    public void receive(DeliveryFrame frame) {
        switch (frame.type()) {
            case SYNC -> {
                Sync sync = Sync.decode(frame.payload());
                actions.sync(sync, frame.epoch(), frame.sequence(), participant.getAsInt());
                if (sync.asks()) {
                    page.tell();
                }
            }
            case VERDICT -> {
                Verdict verdict = Verdict.decode(frame.payload());
                if (verdict.participant() == participant.getAsInt()) {
                    actions.verdict(verdict);
                }
            }
            case KEYFRAME, MUTATIONS -> page.accept(frame);
            default -> throw new IllegalArgumentException(frame.type() + " is not for a viewer");
        }
    }

    /** The channel has opened. */
    public void opened() {
        page.tell();
        actions.sendAgain();
    }
}
