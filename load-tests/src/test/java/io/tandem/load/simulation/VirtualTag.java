package io.tandem.load.simulation;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.load.delivery.ActionInbox;
import io.tandem.load.delivery.DeliveryFrame;
import io.tandem.load.delivery.PageSender;
import io.tandem.load.delivery.Payload;
import io.tandem.load.delivery.TagDelivery;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.frame.Lz4Payload;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** A loaded document of the consumer, with its tag. A reload makes another with the same {@link Storage}. */
final class VirtualTag extends VirtualClient implements PageSender.Page, ActionInbox.Document {
    private static final int CELLS = 12;
    private static final int CHUNK_BYTES = 3_000;
    private static final int MAX_PADDING = 1_500;
    private static final int WHOLE_PADDING = 8_000;
    private static final String ACTIVE = "active";
    private static final String SHARED = "shared";

    /** What the browser keeps over page loads. */
    static final class Storage {
        final ActionInbox.Memory memory = new ActionInbox.Memory();
        long attempt;

        /** Its own at first: the answer to the first HELLO may be lost. */
        String resume;

        /** What the consumer wants, until the relay has said that it is so. */
        String wantedState = "";

        String wantedMode = "";

        Storage(String secret) {
            this.resume = secret;
        }
    }

    private final Storage storage;
    private final TagDelivery delivery;
    private final int document;
    private final long beganMillis;
    private final Map<Integer, Integer> cells = new TreeMap<>();
    private final Map<Integer, Integer> changed = new TreeMap<>();
    private int batches;
    private boolean wholeWanted;
    private int epoch;
    private boolean welcomed;
    private String state = "";
    private String mode = "";
    private long pointers;

    VirtualTag(World world, int session, VirtualPath path, Storage storage) {
        super(world, session, path);
        this.storage = storage;
        this.document = world.nextDocument();
        this.beganMillis = world.time().nowMillis();
        this.resume = storage.resume;
        PageSender sender =
                new PageSender(world.time(), frame -> state.equals(ACTIVE) && wantsActive() && send(frame), this);
        this.delivery = new TagDelivery(sender, world.machines().inbox(storage.memory, this::send, this));
        for (int cell = 0; cell < CELLS; cell++) {
            cells.put(cell, 0);
        }
    }

    @Override
    String hello() {
        return "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"simulated\",\"brand\":\"demo\",\"lz4\":true"
                + ",\"resume\":\"" + resume + "\""
                + (welcomed ? ",\"continues\":true" : ",\"page\":{\"origin\":\"" + Node.ORIGIN + "\",\"path\":\"/\"}")
                + "}";
    }

    @Override
    long nextAttempt() {
        return ++storage.attempt;
    }

    @Override
    void onWelcome(String welcome) {
        welcomed = true;
        storage.resume = resume;
        epoch = Json.number(welcome, "epoch");
        state = "";
        become(welcome);
        askAgain();
    }

    /** What the consumer asked for and nobody has answered is asked for again. */
    private void askAgain() {
        if (!storage.wantedState.isEmpty()) {
            control(FrameType.PAUSE, "{\"paused\":" + !storage.wantedState.equals(ACTIVE) + "}");
        }
        if (!storage.wantedMode.isEmpty()) {
            control(FrameType.SET_MODE, "{\"mode\":\"" + storage.wantedMode + "\"}");
        }
    }

    private void become(String session) {
        boolean wasActive = state.equals(ACTIVE);
        state = Json.text(session, "state");
        mode = Json.text(session, "mode");
        if (state.equals("waiting")) {
            // A node that knows nothing: what was wanted belonged to the session before.
            storage.wantedState = "";
            storage.wantedMode = "";
        }
        if (state.equals(storage.wantedState)) {
            storage.wantedState = "";
        }
        if (mode.equals(storage.wantedMode)) {
            storage.wantedMode = "";
        }
        if (state.equals(ACTIVE) && !wasActive) {
            delivery.page().opened(epoch);
            if (batches == 0) {
                wholeWanted = true;
            }
            flush();
        }
    }

    private boolean wantsActive() {
        return storage.wantedState.isEmpty() || storage.wantedState.equals(ACTIVE);
    }

    @Override
    void onControl(FrameType type, String json) {
        switch (type) {
            case INVITATION -> {
                String invitation = Json.text(json, "invitation");
                world.time()
                        .after(
                                world.chance().between(20, 300),
                                () -> control(
                                        FrameType.INVITATION_ANSWER,
                                        "{\"invitation\":\"" + invitation + "\",\"accept\":true}"));
            }
            case SESSION -> become(json);
            default -> {}
        }
    }

    @Override
    void onFrame(DeliveryFrame frame) {
        if (frame.type().lane() != Lane.POINTER) {
            delivery.receive(frame);
        } else if (Batch.pointer(frame.payload()) != session) {
            throw new Violation("mispaired: a pointer of another session at " + this);
        }
    }

    // The page.

    /** Something changes on the page. */
    void change() {
        int cell = world.chance().below(CELLS);
        int value = cells.merge(cell, 1, Integer::sum);
        changed.put(cell, value);
        flush();
    }

    void point() {
        byte[] place = Batch.pointer(session);
        if (state.equals(ACTIVE)) {
            send(new DeliveryFrame(FrameType.CURSOR, FrameHeader.NO_FLAGS, 0, epoch, ++pointers, place));
        }
    }

    private void flush() {
        while (!isStopped()
                && state.equals(ACTIVE)
                && (wholeWanted || !changed.isEmpty())
                && delivery.page().hasRoom()) {
            if (wholeWanted) {
                wholeWanted = false;
                sendWhole();
            } else {
                byte[] batch = new Batch.Page(session, document, ++batches, false, changed)
                        .encode(world.chance().below(MAX_PADDING));
                delivery.page().send(FrameType.MUTATIONS, FrameHeader.NO_FLAGS, batch);
            }
            changed.clear();
        }
        if (delivery.page().ringBytes() > PageSender.MAX_RING_BYTES) {
            throw new Violation("unbounded: " + delivery.page().ringBytes() + " bytes in the ring");
        }
    }

    private void sendWhole() {
        byte[] batch = new Batch.Page(session, document, ++batches, true, cells)
                .encode(world.chance().below(WHOLE_PADDING));
        for (int at = 0; at < batch.length; at += CHUNK_BYTES) {
            int flags = FrameHeader.COMPRESSED
                    | (at == 0 ? 0 : FrameHeader.LINKED)
                    | (at + CHUNK_BYTES < batch.length ? FrameHeader.MORE : 0);
            byte[] chunk = Arrays.copyOfRange(batch, at, Math.min(batch.length, at + CHUNK_BYTES));
            delivery.page().send(FrameType.KEYFRAME, flags, asBlock(chunk));
        }
    }

    /** No block reaches back into another: so a LINKED one is right as well. */
    private static byte[] asBlock(byte[] bytes) {
        var block = Unpooled.buffer();
        Lz4Payload.compress(bytes, block);
        return ByteBufUtil.getBytes(block);
    }

    @Override
    public void keyframe() {
        wholeWanted = true;
        world.time().after(0, this::flush);
    }

    @Override
    public void room() {
        world.time().after(0, this::flush);
    }

    @Override
    public void sync(boolean asks, long answered) {
        delivery.actions().sync(asks, answered);
    }

    // What happens to the page.

    @Override
    public int epoch() {
        return epoch;
    }

    @Override
    public long clockMillis() {
        return world.time().nowMillis() - beganMillis;
    }

    @Override
    public String refusal(DeliveryFrame action) {
        if (!wantsActive() || !state.equals(ACTIVE)) {
            return "not-active";
        }
        boolean acts = action.type() == FrameType.CLICK || action.type() == FrameType.NAVIGATE;
        String now = storage.wantedMode.isEmpty() ? mode : storage.wantedMode;
        return acts && !now.equals(SHARED) ? "mode-forbids" : "";
    }

    @Override
    public void carryOut(DeliveryFrame action) {
        byte[] body = Payload.body(action);
        if (body.length > 1) {
            world.ledger().happens(Batch.action(body), session, document);
        }
        change();
        if (action.type() == FrameType.NAVIGATE) {
            if (world.chance().oneIn(2)) {
                reload();
            } else {
                world.time().after(world.chance().between(0, 60), this::reload);
            }
        }
    }

    /** The consumer, or an action, goes to another page. */
    void reload() {
        if (!isStopped()) {
            stop();
            delivery.page().stop();
            world.load(session, storage);
        }
    }

    /** The consumer pauses, or goes on. */
    void pause(boolean on) {
        if (state.equals(ACTIVE) || state.equals("paused")) {
            storage.wantedState = on ? "paused" : ACTIVE;
            if (storage.wantedState.equals(state)) {
                storage.wantedState = "";
            }
            control(FrameType.PAUSE, "{\"paused\":" + on + "}");
        }
    }

    /** The consumer sees the pause and has had enough of it. */
    void goOn() {
        if (state.equals("paused") && storage.wantedState.isEmpty()) {
            pause(false);
        }
    }

    /** The consumer lets the agent act, or not. */
    void allowActing(boolean on) {
        if (state.equals(ACTIVE)) {
            storage.wantedMode = on ? SHARED : "view-only";
            control(FrameType.SET_MODE, "{\"mode\":\"" + storage.wantedMode + "\"}");
        }
    }

    // What must be so in the end.

    int document() {
        return document;
    }

    Map<Integer, Integer> cells() {
        return cells;
    }

    /** Why this end is not at rest yet; empty when it is. */
    String unrest() {
        if (!isOpen()) {
            return this + " has no channel";
        }
        if (!state.equals(ACTIVE) || !wantsActive()) {
            return this + " is " + state;
        }
        boolean allSent = changed.isEmpty() && !wholeWanted && delivery.page().ringBytes() == 0;
        return allSent ? "" : this + " has " + delivery.page().ringBytes() + " bytes unacknowledged";
    }

    @Override
    public String toString() {
        return "tag " + session + " document " + document;
    }
}
