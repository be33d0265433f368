package io.tandem.load.delivery;

import io.tandem.relay.frame.Lane;

/** The tag's end: the page goes out, actions come in, and SYNC ties the two ends together. */
public record TagDelivery(PageSender page, ActionInbox actions) {
    /** Takes what comes on the page and action lanes. */
    public void receive(DeliveryFrame frame) {
        if (frame.type().lane() == Lane.ACTION) {
            actions.accept(frame);
        } else {
            page.receive(frame);
        }
    }
}
