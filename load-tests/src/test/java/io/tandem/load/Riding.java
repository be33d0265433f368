package io.tandem.load;

import io.tandem.relay.session.CarrierKind;

/** What the two ends of a session ride on. */
enum Riding {
    WEBSOCKET(CarrierKind.WEBSOCKET, CarrierKind.WEBSOCKET),
    LONG_POLL(CarrierKind.LONG_POLL, CarrierKind.LONG_POLL),
    POLLING_TAG(CarrierKind.LONG_POLL, CarrierKind.WEBSOCKET),
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
