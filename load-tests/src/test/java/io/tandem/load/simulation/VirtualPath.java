package io.tandem.load.simulation;

import java.util.ArrayList;
import java.util.List;

/** The network of one client: how long things take on it, and whether it is there at all. */
final class VirtualPath {
    private final World world;
    private final long baseMillis;
    private final long jitterMillis;
    private final List<VirtualLine> lines = new ArrayList<>();
    private boolean dark;

    VirtualPath(World world) {
        this.world = world;
        this.baseMillis = world.chance().between(1, 120);
        this.jitterMillis = world.chance().between(0, 80);
    }

    void add(VirtualLine line) {
        lines.add(line);
    }

    long delayMillis() {
        return baseMillis + world.chance().between(0, jitterMillis);
    }

    boolean isDark() {
        return dark;
    }

    /** Nothing arrives until the path is back; then what was held does, in any order among connections. */
    void goDark() {
        dark = true;
    }

    void comeBack() {
        if (!dark) {
            return;
        }
        dark = false;
        for (VirtualLine line : lines) {
            world.time().after(world.chance().between(0, 100), line::deliver);
        }
    }
}
