package io.tandem.load.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.session.ChannelIngress;
import io.tandem.relay.session.Outlet;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One connection between a client and the node: two lines, each in order and without loss while the connection lives, and each able to die without the other end knowing. */
final class VirtualCarrier implements Outlet {
    /** What may wait for a client before its carrier counts as full: small, so that worlds of seconds meet it. */
    static final int FULL_BYTES = 32 << 10;

    /** What was on its way when the carrier became full: what each sender had sent before it was stopped. */
    static final int CEILING_BYTES = FULL_BYTES + (16 << 10);

    private static final long CLOSE_MILLIS = 20;

    /** Asks for the upgrade, and answers that it is open. */
    private static final byte[] UPGRADE = {};

    private final World world;
    private final VirtualClient client;
    private final long attempt;
    private final VirtualLine up;
    private final VirtualLine down;
    private @Nullable Node node;
    private @Nullable ChannelIngress ingress;
    private boolean relayEnded;
    private boolean clientEnded;
    private boolean full;

    /** What the client says before it has heard that the carrier is open; null from then on. */
    private @Nullable List<byte[]> early = new ArrayList<>();

    VirtualCarrier(World world, VirtualClient client, long attempt) {
        this.world = world;
        this.client = client;
        this.attempt = attempt;
        this.up = new VirtualLine(world, client.path(), this::arriveUp);
        this.down = new VirtualLine(world, client.path(), this::arriveDown);
        up.send(UPGRADE);
    }

    long attempt() {
        return attempt;
    }

    // At the client.

    /** Sends a frame; what is sent after the end is lost. */
    void send(byte[] frame) {
        if (early != null) {
            early.add(frame);
        } else if (!clientEnded) {
            up.send(frame);
        }
    }

    private void opened() {
        List<byte[]> waiting = early;
        early = null;
        if (waiting != null) {
            waiting.forEach(this::send);
        }
    }

    /** Hangs up; the relay hears of it behind what was sent, if anything arrives. */
    void hangUp() {
        if (!clientEnded) {
            clientEnded = true;
            up.send(VirtualLine.END);
        }
    }

    private void arriveDown(byte[] frame) {
        boolean wasFull = full;
        full = down.bytes() >= FULL_BYTES / 2 && full;
        if (wasFull && !full && ingress != null && !relayEnded) {
            ingress.onWritabilityChanged(true);
        }
        if (clientEnded) {
            return;
        }
        if (frame == UPGRADE) {
            opened();
        } else if (frame == VirtualLine.END) {
            clientEnded = true;
            client.onClosed(this);
        } else {
            client.onFrame(this, frame);
        }
    }

    // At the relay.

    private void arriveUp(byte[] frame) {
        if (relayEnded) {
            return;
        }
        if (frame == VirtualLine.END) {
            end();
            return;
        }
        Node target = node == null ? world.node() : node;
        node = target;
        if (!target.isUp()) {
            // The machine knows nothing of this connection, or nobody listens on it.
            relayEnded = true;
            down.send(VirtualLine.END);
            return;
        }
        if (ingress == null) {
            ingress = target.open(client.sessionId(), this);
            world.settleRelay();
            down.send(UPGRADE);
            return;
        }
        ingress.onFrame(Unpooled.copiedBuffer(frame));
        world.settleRelay();
    }

    /** The relay's end of the connection is gone. */
    private void end() {
        if (!relayEnded) {
            relayEnded = true;
            if (ingress != null) {
                ingress.onClosed();
                world.settleRelay();
            }
        }
    }

    /** Breaks: whoever is told hears of it, and what was on its way is lost. */
    void breakOff(boolean tellClient, boolean tellRelay) {
        up.lose(false);
        down.lose(tellClient && !clientEnded);
        if (tellRelay) {
            end();
        }
    }

    boolean isOf(VirtualClient other) {
        return client.equals(other);
    }

    // As the session's way out.

    @Override
    public void write(ByteBuf frame) {
        try {
            if (relayEnded) {
                return;
            }
            FrameType type = Objects.requireNonNull(FrameType.ofCode(FrameHeader.typeCode(frame)));
            if (type.lane() == Lane.POINTER && full) {
                return;
            }
            world.watch().onRouted(client, type);
            world.deliver(this, ByteBufUtil.getBytes(frame));
        } finally {
            frame.release();
        }
        if (down.bytes() > CEILING_BYTES) {
            world.report("unbounded: " + down.bytes() + " bytes wait for " + client);
        }
        if (!full && down.bytes() >= FULL_BYTES && ingress != null) {
            full = true;
            ingress.onWritabilityChanged(false);
        }
    }

    void enqueueDown(byte[] frame) {
        down.send(frame);
    }

    @Override
    public boolean isWritable() {
        return !full;
    }

    @Override
    public void setReading(boolean on) {
        up.hold(!on);
    }

    @Override
    public void close(CloseCode code, String reason) {
        world.trace(() -> client + " closed with " + code + ": " + reason);
        if (code == CloseCode.INTERNAL_ERROR) {
            world.report("the relay failed at " + client);
        }
        down.send(VirtualLine.END);
        world.time().after(CLOSE_MILLIS, this::end);
    }
}
