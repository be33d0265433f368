package io.tandem.load.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** One direction of a connection: what is sent arrives in its order, later, unless the line is dead. */
final class VirtualLine {
    /** The end of a connection, behind what was sent before. */
    static final byte[] END = {};

    private final World world;
    private final VirtualPath path;
    private final Consumer<byte[]> arrival;
    private final Deque<byte[]> onTheWay = new ArrayDeque<>();
    private int bytes;

    /** Of what is on its way, how many have come as far as the receiver, who does not take them yet. */
    private int waiting;

    private boolean held;
    private boolean dead;
    private long lastArrivalMillis;

    /** What is scheduled before a loss never arrives. */
    private int life;

    VirtualLine(World world, VirtualPath path, Consumer<byte[]> arrival) {
        this.world = world;
        this.path = path;
        this.arrival = arrival;
        path.add(this);
    }

    int bytes() {
        return bytes;
    }

    void send(byte[] frame) {
        if (!dead) {
            put(frame);
        }
    }

    private void put(byte[] frame) {
        onTheWay.add(frame);
        bytes += frame.length;
        long now = world.time().nowMillis();
        lastArrivalMillis = Math.max(lastArrivalMillis, now + path.delayMillis());
        int sentIn = life;
        world.time().after(lastArrivalMillis - now, () -> {
            if (sentIn == life) {
                waiting++;
                deliver();
            }
        });
    }

    /** The receiver reads, or not. */
    void hold(boolean on) {
        held = on;
        if (!on && waiting > 0) {
            // Not within the call that lets it go on, as from a socket.
            world.time().after(0, this::deliver);
        }
    }

    void deliver() {
        while (waiting > 0 && !held && !path.isDark()) {
            waiting--;
            byte[] frame = onTheWay.remove();
            bytes -= frame.length;
            arrival.accept(frame);
        }
    }

    /** What is on its way and what is still sent never arrives; the receiver hears of the end, or not even that. */
    void lose(boolean tell) {
        dead = true;
        life++;
        onTheWay.clear();
        bytes = 0;
        waiting = 0;
        if (tell) {
            put(END);
        }
    }
}
