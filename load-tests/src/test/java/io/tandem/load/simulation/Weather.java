package io.tandem.load.simulation;

import java.util.List;

/** What goes wrong in a world, and how often: each world has a character of its own. */
final class Weather {
    private final World world;
    private final Chance chance;

    /** Time between two faults, at most. */
    private final long paceMillis;

    /** Restarts of the node that are left. */
    private int restarts;

    private final int[] weights;

    Weather(World world) {
        this.world = world;
        this.chance = world.chance();
        this.paceMillis = chance.between(150, 2_500);
        this.restarts = chance.oneIn(4) ? 1 + chance.below(2) : 0;
        this.weights = new int[Fault.values().length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = chance.oneIn(3) ? 0 : chance.below(10);
        }
    }

    private enum Fault {
        /** A connection breaks; either end may not hear of it, or only late. */
        BREAK,
        /** A client's path is dead for a while, and what was held comes after it. */
        DARK,
        /** The consumer's page is loaded again. */
        RELOAD,
        /** The agent's desk is loaded again. */
        DESK,
        /** The node is stopped and started. */
        RESTART,
        /** The consumer pauses and goes on. */
        PAUSE,
        /** The consumer changes the mode. */
        MODE,
        /** A burst of changes fills the path. */
        BURST
    }

    void start() {
        world.time().after(chance.between(0, paceMillis), this::strike);
    }

    private void strike() {
        if (world.isCalm()) {
            return;
        }
        Fault[] faults = Fault.values();
        Fault fault = faults[chance.below(faults.length)];
        if (chance.below(10) < weights[fault == Fault.RESTART ? 0 : indexOf(fault)]) {
            int session = chance.below(world.sessions());
            world.trace(() -> fault + " in session " + session);
            apply(fault, session);
        }
        start();
    }

    private static int indexOf(Fault fault) {
        return List.of(Fault.values()).indexOf(fault);
    }

    private void apply(Fault fault, int session) {
        VirtualTag tag = world.tag(session);
        Desk desk = world.desk(session);
        switch (fault) {
            case BREAK -> world.breakOne(chance.oneIn(2) ? tag : desk.viewer());
            case DARK -> darken(chance.oneIn(2) ? tag.path() : desk.path());
            case RELOAD -> tag.reload();
            case DESK -> desk.reload();
            case RESTART -> {
                if (restarts > 0) {
                    restarts--;
                    world.restartNode();
                }
            }
            case PAUSE -> {
                tag.pause(true);
                world.time()
                        .after(
                                chance.between(50, 1_500),
                                () -> world.tag(session).pause(false));
            }
            case MODE -> tag.allowActing(chance.oneIn(2));
            case BURST -> {
                for (int i = 0; i < 30; i++) {
                    tag.change();
                }
            }
        }
    }

    private void darken(VirtualPath path) {
        path.goDark();
        world.time().after(chance.between(100, 5_500), path::comeBack);
    }
}
