package io.tandem.load.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.load.delivery.DeliveryFrame;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lane;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A participant's channel: rides on one carrier, watches it, and when it falls silent opens others, several at once, of which the latest attempt that is
 * welcomed wins.
 */
abstract class VirtualClient {
    private static final long LOOK_MILLIS = 500;
    private static final long PING_MILLIS = 700;
    private static final long SILENCE_MILLIS = 1_500;
    private static final long RACE_MILLIS = 500;
    private static final int MAX_RACERS = 3;

    final World world;
    final int session;
    private final VirtualPath path;

    /** In the order of their attempts. */
    private final List<VirtualCarrier> racers = new ArrayList<>();

    private @Nullable VirtualCarrier current;
    private long heardMillis;
    private long pingedMillis;
    private long racedMillis;
    private boolean stopped;
    String resume = "";

    VirtualClient(World world, int session, VirtualPath path) {
        this.world = world;
        this.session = session;
        this.path = path;
    }

    // What a role makes of it.

    /** HELLO, without its attempt. */
    abstract String hello();

    /** Attempts grow over page loads, so they are kept outside. */
    abstract long nextAttempt();

    /** The channel is open. */
    abstract void onWelcome(String welcome);

    /** A frame of the control lane that is no WELCOME or PONG. */
    abstract void onControl(FrameType type, String json);

    /** A frame of the other lanes. */
    abstract void onFrame(DeliveryFrame frame);

    // The channel.

    String sessionId() {
        return World.sessionId(session);
    }

    VirtualPath path() {
        return path;
    }

    boolean isOpen() {
        return current != null;
    }

    boolean isStopped() {
        return stopped;
    }

    final void start() {
        race();
        look();
    }

    private void look() {
        if (stopped) {
            return;
        }
        long now = world.time().nowMillis();
        boolean silent = current == null || now - heardMillis > SILENCE_MILLIS;
        if (silent && now - racedMillis >= RACE_MILLIS) {
            race();
        }
        if (current != null && now - pingedMillis >= PING_MILLIS) {
            pingedMillis = now;
            control(FrameType.PING, "");
        }
        world.time().after(LOOK_MILLIS, this::look);
    }

    private void race() {
        racedMillis = world.time().nowMillis();
        if (racers.size() >= MAX_RACERS) {
            racers.remove(0).hangUp();
        }
        long attempt = nextAttempt();
        VirtualCarrier racer = new VirtualCarrier(world, this, attempt);
        racers.add(racer);
        world.opened(racer);
        String hello = hello();
        racer.send(frame(FrameType.HELLO, hello.substring(0, hello.length() - 1) + ",\"attempt\":" + attempt + "}"));
    }

    /** A frame came, on one of its carriers. */
    final void onFrame(VirtualCarrier carrier, byte[] bytes) {
        if (stopped) {
            return;
        }
        ByteBuf frame = Unpooled.wrappedBuffer(bytes);
        if (FrameHeader.typeCode(frame) == FrameType.WELCOME.code()) {
            adopt(carrier, FrameHeader.payload(frame).toString(StandardCharsets.UTF_8));
            return;
        }
        if (carrier != current) {
            return;
        }
        heardMillis = world.time().nowMillis();
        DeliveryFrame read = DeliveryFrame.of(frame);
        world.trace(() -> this + " gets " + read.type() + " " + read.epoch() + "/" + read.sequence());
        if (read.type().lane() != Lane.CONTROL) {
            onFrame(read);
        } else if (read.type() != FrameType.PONG && read.type() != FrameType.PING) {
            onControl(read.type(), new String(read.payload(), StandardCharsets.UTF_8));
        } else if (read.type() == FrameType.PING) {
            control(FrameType.PONG, "");
        }
    }

    private void adopt(VirtualCarrier carrier, String welcome) {
        if (current != null && current.attempt() > carrier.attempt()) {
            carrier.hangUp();
            return;
        }
        if (current != null) {
            current.hangUp();
        }
        current = carrier;
        for (VirtualCarrier racer : List.copyOf(racers)) {
            if (racer.attempt() <= carrier.attempt()) {
                racers.remove(racer);
                if (racer != carrier) {
                    racer.hangUp();
                }
            }
        }
        heardMillis = world.time().nowMillis();
        resume = Json.text(welcome, "resume");
        world.trace(() -> this + " is welcomed on " + carrier.attempt() + ": " + welcome);
        onWelcome(welcome);
    }

    /** A carrier ended. */
    final void onClosed(VirtualCarrier carrier) {
        racers.remove(carrier);
        if (carrier == current) {
            current = null;
            if (!stopped) {
                world.time().after(world.chance().between(10, 300), this::raceIfClosed);
            }
        }
    }

    private void raceIfClosed() {
        if (!stopped && current == null && racers.isEmpty()) {
            race();
        }
    }

    /** Leaves as a page that is unloaded: hangs up on all carriers, and hears nothing more. */
    void stop() {
        stopped = true;
        if (current != null) {
            current.hangUp();
            current = null;
        }
        racers.forEach(VirtualCarrier::hangUp);
        racers.clear();
    }

    // Ways out.

    final boolean send(DeliveryFrame frame) {
        if (current == null) {
            return false;
        }
        ByteBuf bytes = frame.encode();
        long on = current.attempt();
        world.trace(() -> this + " sends " + frame.type() + " " + frame.epoch() + "/" + frame.sequence() + " on " + on);
        current.send(ByteBufUtil.getBytes(bytes));
        return true;
    }

    final void control(FrameType type, String json) {
        if (current != null) {
            current.send(frame(type, json));
        }
    }

    private static byte[] frame(FrameType type, String json) {
        byte[] payload = json.getBytes(StandardCharsets.UTF_8);
        return ByteBufUtil.getBytes(new DeliveryFrame(type, FrameHeader.NO_FLAGS, 0, 0, 0, payload).encode());
    }
}
