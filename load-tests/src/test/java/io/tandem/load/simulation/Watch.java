package io.tandem.load.simulation;

import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.session.SessionView;

/** Looks at what the relay lets through: an action that the session's mode or state forbids is none that may be seen. */
final class Watch {
    private final World world;

    Watch(World world) {
        this.world = world;
    }

    void onRouted(VirtualClient to, FrameType type) {
        boolean acts = switch (type) {
            case CLICK, INPUT, SELECT, KEY, NAVIGATE, FOCUS -> true;
            default -> false;
        };
        if (!acts) {
            return;
        }
        SessionView view = world.node().find(to.sessionId());
        if (view == null || view.state() != SessionState.ACTIVE || view.mode() != Mode.SHARED) {
            world.report("permission: " + type + " reached " + to + " in " + view);
        }
    }
}
