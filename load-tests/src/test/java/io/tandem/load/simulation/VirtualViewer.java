package io.tandem.load.simulation;

import io.netty.buffer.Unpooled;
import io.tandem.load.delivery.ActionOutbox;
import io.tandem.load.delivery.DeliveryFrame;
import io.tandem.load.delivery.PageReceiver;
import io.tandem.load.delivery.Payload;
import io.tandem.load.delivery.ViewerDelivery;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.frame.Lz4Payload;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A viewer that a desk has opened. A reload of the desk makes another. */
final class VirtualViewer extends VirtualClient implements PageReceiver.Mirror, ActionOutbox.Settlement {
    private static final String ACTIVE = "active";
    private static final List<FrameType> ACTIONS =
            List.of(FrameType.CLICK, FrameType.CLICK, FrameType.CLICK, FrameType.HIGHLIGHT, FrameType.SCROLL_TO);

    private final Desk desk;
    private final String grant;
    private final int number;

    /** One that does not is sent by the relay what it has expanded. */
    private final boolean readsLz4;

    private final ViewerDelivery delivery;
    private int participant;
    private String state = "";
    private int epoch;
    private long made;
    private long pointers;
    private long lastPointer;
    private int lastPointerEpoch;

    /** The page as it is shown; null before the first. */
    private Batch.@Nullable Page shown;

    VirtualViewer(World world, Desk desk, String grant) {
        super(world, desk.session(), desk.path());
        this.desk = desk;
        this.grant = grant;
        this.number = world.nextViewer();
        this.readsLz4 = !world.chance().oneIn(4);
        PageReceiver page = world.machines().receiver(world.time(), this::send, this, number);
        this.delivery = new ViewerDelivery(
                page, new ActionOutbox(world.time(), this::send, this, number, page::tell), () -> participant);
    }

    @Override
    String hello() {
        return "{\"protocol\":[1,1],\"role\":\"agent\",\"client\":\"simulated\",\"lz4\":" + readsLz4 + ",\"grant\":\""
                + grant + "\",\"mark\":" + number + "}";
    }

    @Override
    long nextAttempt() {
        return desk.nextAttempt();
    }

    @Override
    void onWelcome(String welcome) {
        participant = Json.number(welcome, "participant");
        state = "";
        become(welcome);
    }

    private void become(String session) {
        boolean wasActive = state.equals(ACTIVE);
        state = Json.text(session, "state");
        if (state.equals(ACTIVE) && !wasActive) {
            delivery.opened();
        }
    }

    @Override
    void onControl(FrameType type, String json) {
        switch (type) {
            case SESSION -> become(json);
            case ERROR -> {
                FrameType refused = Objects.requireNonNull(FrameType.ofCode(Json.number(json, "type")));
                if (refused.lane() == Lane.ACTION) {
                    delivery.actions().refused(Json.text(json, "reason"), refused, Json.number(json, "sequence"));
                }
            }
            default -> {}
        }
    }

    @Override
    void onFrame(DeliveryFrame frame) {
        if (frame.type().lane() != Lane.POINTER) {
            delivery.receive(frame);
            return;
        }
        if (Batch.pointer(frame.payload()) != session) {
            throw new Violation("mispaired: a pointer of another session at " + this);
        }
        if (frame.epoch() == lastPointerEpoch && frame.sequence() <= lastPointer && frame.sequence() > 1) {
            throw new Violation("a pointer that goes back at " + this);
        }
        lastPointerEpoch = frame.epoch();
        lastPointer = frame.sequence();
    }

    @Override
    public byte[] expand(byte[] payload, boolean linked) {
        if (!readsLz4) {
            throw new Violation("a compressed frame for one without LZ4, " + this);
        }
        try {
            return Lz4Payload.expand(Unpooled.wrappedBuffer(payload));
        } catch (FrameViolation e) {
            throw new Violation("a block that is none at " + this);
        }
    }

    @Override
    public void batch(byte[] bytes, int ofEpoch) {
        Batch.Page batch = Batch.Page.decode(bytes);
        if (batch.session() != session) {
            throw new Violation("mispaired: a page of session " + batch.session() + " at " + this);
        }
        Batch.Page before = shown;
        epoch = ofEpoch;
        if (batch.whole()) {
            shown = batch;
            return;
        }
        if (before == null || before.document() != batch.document() || before.number() + 1 != batch.number()) {
            throw new Violation("order: " + batch + " after " + before + " at " + this);
        }
        Map<Integer, Integer> cells = new TreeMap<>(before.cells());
        cells.putAll(batch.cells());
        shown = new Batch.Page(session, batch.document(), batch.number(), false, cells);
    }

    /** The agent does something on the page that is seen. */
    void act() {
        Batch.Page page = shown;
        if (page == null || isStopped() || !state.equals(ACTIVE)) {
            return;
        }
        boolean leaves = world.chance().oneIn(12);
        FrameType type =
                leaves ? FrameType.NAVIGATE : ACTIONS.get(world.chance().below(ACTIONS.size()));
        Ledger.Key key = new Ledger.Key(session, number, made + 1);
        world.ledger().made(key, page.document());
        if (delivery.actions().act(type, Batch.action(key), epoch) != ActionOutbox.TOO_MANY) {
            made++;
        }
        if (delivery.actions().unanswered() > ActionOutbox.MAX_UNANSWERED) {
            throw new Violation("unbounded: " + delivery.actions().unanswered() + " actions wait");
        }
    }

    void point() {
        if (state.equals(ACTIVE)) {
            byte[] place = Batch.pointer(session);
            send(new DeliveryFrame(FrameType.CURSOR, FrameHeader.NO_FLAGS, 0, epoch, ++pointers, place));
        }
    }

    @Override
    public void settled(long action, Payload.@Nullable Outcome outcome, String reason) {
        world.ledger().told(new Ledger.Key(session, number, action), outcome, reason);
    }

    @Override
    void stop() {
        super.stop();
        delivery.page().stop();
        delivery.actions().close();
    }

    /** Why this end is not at rest yet; empty when it is. */
    String unrest(VirtualTag tag) {
        Batch.Page page = shown;
        if (!isOpen() || !state.equals(ACTIVE)) {
            return this + " has no channel, or is " + state;
        }
        if (delivery.actions().unanswered() > 0) {
            return this + " waits for " + delivery.actions().unanswered() + " verdicts";
        }
        boolean equal = page != null
                && page.document() == tag.document()
                && page.cells().equals(tag.cells());
        return equal ? "" : this + " shows " + page + ", the page is " + tag + " " + tag.cells();
    }

    @Override
    public String toString() {
        return "viewer " + number + " of session " + session;
    }
}
