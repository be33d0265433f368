package io.tandem.load;

import io.tandem.relay.session.CarrierKind;

/** What the two ends of a session ride on. */
public enum Riding {
    /** Both as most of the world. */
    WEBSOCKET(CarrierKind.WEBSOCKET, CarrierKind.WEBSOCKET),
    /** Both behind networks that let nothing else through. */
    LONG_POLL(CarrierKind.LONG_POLL, CarrierKind.LONG_POLL),
    /** A consumer behind one. */
    POLLING_TAG(CarrierKind.LONG_POLL, CarrierKind.WEBSOCKET),
    /** An agent behind one. */
    POLLING_AGENT(CarrierKind.WEBSOCKET, CarrierKind.LONG_POLL);

    private final CarrierKind tag;
    private final CarrierKind agent;

    Riding(CarrierKind tag, CarrierKind agent) {
        this.tag = tag;
        this.agent = agent;
    }

    CarrierKind tag() {
        return tag;
    }

    CarrierKind agent() {
        return agent;
    }
}
