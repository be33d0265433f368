package io.tandem.load.simulation;

import io.tandem.relay.identity.Mode;
import io.tandem.relay.session.SessionView;
import org.jspecify.annotations.Nullable;

/** An agent's desk: invites its consumer as soon as that is possible, and has one viewer at a time. */
final class Desk {
    private static final long LOOK_MILLIS = 300;

    private final World world;
    private final int session;
    private final VirtualPath path;
    private @Nullable VirtualViewer viewer;
    private String grant = "";
    private long attempt;

    Desk(World world, int session) {
        this.world = world;
        this.session = session;
        this.path = new VirtualPath(world);
    }

    int session() {
        return session;
    }

    VirtualPath path() {
        return path;
    }

    long nextAttempt() {
        return ++attempt;
    }

    @Nullable
    VirtualViewer viewer() {
        return viewer;
    }

    void look() {
        SessionView view = world.node().isUp() ? world.node().find(World.sessionId(session)) : null;
        if (view != null && view.invitable()) {
            Mode mode = world.chance().oneIn(4) ? Mode.VIEW_ONLY : Mode.SHARED;
            String given = world.node().invite(session, World.sessionId(session), mode);
            if (given != null) {
                grant = given;
                open();
            }
        }
        world.time().after(LOOK_MILLIS, this::look);
    }

    private void open() {
        if (viewer != null) {
            viewer.stop();
        }
        viewer = new VirtualViewer(world, this, grant);
        viewer.start();
    }

    /** The agent loads the desk again. */
    void reload() {
        if (viewer != null) {
            viewer.stop();
            viewer = null;
            String had = grant;
            world.time().after(world.chance().between(50, 600), () -> {
                if (viewer == null && had.equals(grant)) {
                    open();
                }
            });
        }
    }
}
