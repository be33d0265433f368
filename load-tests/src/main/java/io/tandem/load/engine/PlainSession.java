package io.tandem.load.engine;

import io.netty.buffer.ByteBuf;
import io.tandem.load.workload.Recording;
import org.jspecify.annotations.Nullable;

/** Two channels of a relay that joins whoever comes first and second under one name, and asks for nothing: what rivals are measured as. */
public final class PlainSession extends LoadSession {
    /** Opens a channel under the session's name; called on the session's loop, for the tag first. */
    public interface Connector {
        /** Begins to connect. */
        Wire connect(Wire.Listener listener);
    }

    private static final int EPOCH = 1;

    private final Recording recording;
    private final Connector connector;
    private final Client tag = new Client("tag");
    private final Client agent = new Client("agent");

    private PlainSession(LoadLoop loop, int number, double phase, Recording recording, Connector connector) {
        super(loop, number, phase);
        this.recording = recording;
        this.connector = connector;
    }

    /** Begins on its loop, from whatever thread. */
    public static PlainSession open(LoadLoop loop, int number, double phase, Recording recording, Connector connector) {
        PlainSession session = new PlainSession(loop, number, phase, recording, connector);
        loop.executor().execute(session.tag::connect);
        return session;
    }

    private final class Client implements Wire.Listener {
        private final String name;
        private @Nullable Wire wire;

        Client(String name) {
            this.name = name;
        }

        void connect() {
            wire = connector.connect(this);
        }

        @Override
        public void onOpen() {
            Wire tagWire = tag.wire;
            Wire agentWire = agent.wire;
            if (agentWire == null) {
                agent.connect();
            } else if (tagWire != null) {
                becomes(new LoadPair(loop, number, recording, true, tagWire, agentWire, EPOCH));
            }
        }

        @Override
        public void onFrame(ByteBuf frame) {
            Exchange pair = pair();
            if (pair == null) {
                loop.fault(Fault.MISPAIRED, 1, "a frame came to session " + number + " before it was one");
            } else if (this == tag) {
                pair.onTagFrame(frame);
            } else {
                pair.onAgentFrame(frame);
            }
        }

        @Override
        public void onClosed(int code, String reason) {
            wire = null;
            PlainSession.this.onClosed(name, code, reason);
        }
    }

    @Override
    Traffic consumerTraffic() {
        return tag.wire == null ? Traffic.NONE : tag.wire.traffic();
    }

    @Override
    void cut() {
        if (tag.wire != null) {
            tag.wire.cut();
        }
        if (agent.wire != null) {
            agent.wire.cut();
        }
    }
}
