package io.tandem.load.netlab;

import io.netty.util.concurrent.EventExecutor;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What is wrong with the path at the moment. On the proxy's loop. */
final class PathFaults {
    final Line up;
    final Line down;
    WebSocketBlock webSocket = WebSocketBlock.OFF;
    boolean longPollBlocked;
    boolean upgradeStripped;
    boolean responsesBuffered;

    /** Connections on which nothing moves for so long are cut; 0: never. */
    long idleMillis;

    /** Where the next bytes of a channel are cut. */
    @Nullable
    Direction truncating;

    PathFaults(EventExecutor loop, Random random) {
        this.up = new Line(loop, random);
        this.down = new Line(loop, random);
    }

    Line line(Direction direction) {
        return direction == Direction.UP ? up : down;
    }
}
