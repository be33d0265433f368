package io.tandem.load.simulation;

import io.tandem.load.delivery.ActionInbox;
import io.tandem.load.delivery.DeliveryClock;
import io.tandem.load.delivery.DeliveryFrame;
import io.tandem.load.delivery.PageReceiver;

/** The machines of a world, and its network: as they are, or with a mistake that a test put in. */
interface Machines {
    /** Without a mistake. */
    Machines RIGHT = new Machines() {};

    /** The tag's end of the action lane. */
    default ActionInbox inbox(ActionInbox.Memory memory, DeliveryFrame.Sender out, ActionInbox.Document document) {
        return new ActionInbox(memory, out, document);
    }

    /** The viewer's end of the page lane. */
    default PageReceiver receiver(
            DeliveryClock clock, DeliveryFrame.Sender out, PageReceiver.Mirror mirror, long mark) {
        return new PageReceiver(clock, out, mirror, mark);
    }

    /** Whether this frame of the relay's goes to a client of another session. */
    default boolean isMispaired(Chance chance) {
        return false;
    }
}
