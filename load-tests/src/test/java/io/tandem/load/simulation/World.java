package io.tandem.load.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A node, two or three pairs, their networks and what goes wrong with them: all that follows from one seed. */
final class World {
    /** How long things go wrong: long enough that an action's life can end in it. */
    private static final long SHORTEST_STORM_MILLIS = 1_000;

    private static final long LONGEST_STORM_MILLIS = 6_000;

    /** How long it may take then until everything is answered and equal: the longest pause between two questions, and a little more. */
    private static final long CALM_MILLIS = 45_000;

    private static final long LOOK_MILLIS = 250;
    private static final String ID_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

    private static final int SESSION_ID_LENGTH = 26;
    private static final int MAX_SESSIONS = 3;
    private static final List<String> SESSION_IDS =
            IntStream.range(0, MAX_SESSIONS).mapToObj(World::drawSessionId).toList();

    /** What a world has come to. */
    record Result(int actions, int happened, int documents, int carriers) {}

    private final VirtualTime time = new VirtualTime();
    private final Chance chance;
    private final Machines machines;
    private final Consumer<String> log;
    private final boolean traced;
    private final Watch watch = new Watch(this);
    private final Ledger ledger = new Ledger(time);
    private final List<VirtualTag> tags = new ArrayList<>();
    private final List<Desk> desks = new ArrayList<>();
    private final List<VirtualCarrier> carriers = new ArrayList<>();
    private Node node;
    private final long stormMillis;
    private long nextLookMillis;
    private int documents;
    private int viewers;
    private int opened;
    private @Nullable Violation violation;

    /** Nothing is written down where nobody looks. */
    World(long seed, Machines machines, @Nullable Consumer<String> log) {
        this.chance = new Chance(seed);
        this.stormMillis = chance.between(SHORTEST_STORM_MILLIS, LONGEST_STORM_MILLIS);
        this.machines = machines;
        this.log = log == null ? line -> {} : log;
        this.traced = log != null;
        this.node = new Node(chance);
    }

    VirtualTime time() {
        return time;
    }

    Chance chance() {
        return chance;
    }

    Machines machines() {
        return machines;
    }

    Ledger ledger() {
        return ledger;
    }

    Watch watch() {
        return watch;
    }

    Node node() {
        return node;
    }

    int sessions() {
        return tags.size();
    }

    VirtualTag tag(int session) {
        return tags.get(session);
    }

    Desk desk(int session) {
        return desks.get(session);
    }

    int nextDocument() {
        return ++documents;
    }

    int nextViewer() {
        return ++viewers;
    }

    boolean isCalm() {
        return time.nowMillis() >= stormMillis;
    }

    void trace(Supplier<String> line) {
        if (traced) {
            log.accept(time.nowMillis() + " " + line.get());
        }
    }

    static String sessionId(int session) {
        return SESSION_IDS.get(session);
    }

    private static String drawSessionId(int session) {
        StringBuilder id = new StringBuilder();
        new Random(session)
                .ints(SESSION_ID_LENGTH, 0, ID_DIGITS.length())
                .forEach(digit -> id.append(ID_DIGITS.charAt(digit)));
        return id.toString();
    }

    /** Lives through the seed's storm, and waits until all is well. */
    Result live() {
        int count = chance.oneIn(4) ? MAX_SESSIONS : MAX_SESSIONS - 1;
        for (int session = 0; session < count; session++) {
            VirtualTag tag =
                    new VirtualTag(this, session, new VirtualPath(this), new VirtualTag.Storage(chance.secret()));
            Desk desk = new Desk(this, session);
            tags.add(tag);
            desks.add(desk);
            tag.start();
            desk.look();
            traffic(session);
        }
        new Weather(this).start();
        time.after(stormMillis, this::calmDown);
        while (violation == null && !isAtRest()) {
            step();
        }
        if (violation != null) {
            throw violation;
        }
        return new Result(ledger.actions(), ledger.happened(), documents, opened);
    }

    private void step() {
        Runnable event = time.next();
        settleRelay();
        event.run();
    }

    void settleRelay() {
        node.settle(time.nowMillis());
    }

    /** What the relay's own code would take for a fault of its own is told here. */
    void report(String what) {
        if (violation == null) {
            violation = new Violation(what);
        }
    }

    private void traffic(int session) {
        repeat(30, 400, () -> tag(session).change());
        repeat(40, 500, () -> {
            VirtualViewer viewer = desk(session).viewer();
            if (viewer != null) {
                viewer.act();
                viewer.point();
            }
        });
        repeat(50, 400, () -> tag(session).point());
    }

    private void repeat(long lowestMillis, long highestMillis, Runnable task) {
        time.after(chance.between(lowestMillis, highestMillis), () -> {
            if (!isCalm()) {
                task.run();
                repeat(lowestMillis, highestMillis, task);
            }
        });
    }

    private void calmDown() {
        trace(() -> "calm");
        for (int session = 0; session < sessions(); session++) {
            tag(session).path().comeBack();
            desk(session).path().comeBack();
        }
    }

    private boolean isAtRest() {
        if (time.nowMillis() < Math.max(stormMillis, nextLookMillis)) {
            return false;
        }
        nextLookMillis = time.nowMillis() + LOOK_MILLIS;
        String unrest = unrest();
        if (!unrest.isEmpty() && time.nowMillis() > stormMillis + CALM_MILLIS) {
            report("never at rest: " + unrest);
        }
        return unrest.isEmpty();
    }

    private String unrest() {
        for (int session = 0; session < sessions(); session++) {
            tag(session).goOn();
            VirtualViewer viewer = desk(session).viewer();
            String unrest = tag(session).unrest();
            if (unrest.isEmpty()) {
                unrest = viewer == null ? "session " + session + " has no viewer" : viewer.unrest(tag(session));
            }
            if (!unrest.isEmpty()) {
                return unrest;
            }
        }
        return "";
    }

    // What the weather does.

    /** The consumer's browser loads a page, after a moment. */
    void load(int session, VirtualTag.Storage storage) {
        VirtualPath path = tag(session).path();
        time.after(chance.between(20, 400), () -> {
            VirtualTag fresh = new VirtualTag(this, session, path, storage);
            tags.set(session, fresh);
            fresh.start();
        });
    }

    void opened(VirtualCarrier carrier) {
        opened++;
        carriers.add(carrier);
    }

    void breakOne(@Nullable VirtualClient client) {
        if (client == null) {
            return;
        }
        boolean tellsClient = !chance.oneIn(3);
        boolean tellsRelay = !chance.oneIn(3);
        for (VirtualCarrier carrier : List.copyOf(carriers)) {
            if (carrier.isOf(client)) {
                carrier.breakOff(tellsClient, tellsRelay);
                carriers.remove(carrier);
            }
        }
    }

    /** The node is gone with all it knew, and after a moment another is there. */
    void restartNode() {
        if (!node.isUp()) {
            return;
        }
        node.stop();
        for (VirtualCarrier carrier : List.copyOf(carriers)) {
            carrier.breakOff(!chance.oneIn(4), false);
        }
        carriers.clear();
        time.after(chance.between(0, 1_000), () -> {
            node = new Node(chance);
            node.settle(time.nowMillis());
        });
    }

    /** The relay wrote a frame to a client: the network brings it there. */
    void deliver(VirtualCarrier to, byte[] frame) {
        if (machines.isMispaired(chance) && !carriers.isEmpty()) {
            carriers.get(chance.below(carriers.size())).enqueueDown(frame);
        } else {
            to.enqueueDown(frame);
        }
    }
}
