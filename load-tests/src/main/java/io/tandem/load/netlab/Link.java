package io.tandem.load.netlab;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection through the path: both its ends, what flows between them, and what is known of its HTTP. On the proxy's loop. */
final class Link {
    /** What a connection carries, as its last request says. */
    enum Kind {
        /** Pages, scripts, REST. */
        HTTP,
        /** A channel, after an upgrade or on the way to one. */
        WEB_SOCKET,
        /** A channel, by requests. */
        LONG_POLL
    }

    /** How long a client that was refused may take to hang up. */
    private static final long REFUSED_MILLIS = 2_000;

    private final PathFaults faults;
    private final Channel client;
    private final Channel relay;
    private final Flow up;
    private final Flow down;
    private final LinkHttp http;
    private final Consumer<Link> onGone;
    private long movedNanos;
    private boolean dead;
    private boolean gone;
    private @Nullable Future<?> idleTimer;
    private @Nullable Future<?> refusedTimer;

    Link(PathFaults faults, Channel client, Channel relay, Consumer<Link> onGone) {
        this.faults = faults;
        this.client = client;
        this.relay = relay;
        this.onGone = onGone;
        this.up = new Flow(faults.up, client, relay, end -> onEnd(relay, end));
        this.down = new Flow(faults.down, relay, client, end -> onEnd(client, end));
        this.http = new LinkHttp(faults, this);
        this.movedNanos = faults.up.nowNanos();
        watchIdle();
    }

    Kind kind() {
        return http.kind();
    }

    boolean isUpgraded() {
        return http.isUpgraded();
    }

    int bytesOnTheWay() {
        return up.bytes() + down.bytes();
    }

    /** Bytes came from one end; takes ownership. */
    void onBytes(Direction direction, ByteBuf bytes) {
        try {
            movedNanos = faults.up.nowNanos();
            if (!dead) {
                http.read(direction, bytes);
            }
        } finally {
            bytes.release();
        }
    }

    /** Sends bytes on, as they are now to travel; takes ownership. */
    void pass(Direction direction, ByteBuf bytes) {
        flow(direction).offer(bytes);
    }

    /** Sends the first half on and ends the connection there. Takes ownership. */
    void passHalf(Direction direction, ByteBuf bytes) {
        pass(direction, bytes.readRetainedSlice(bytes.readableBytes() / 2));
        bytes.release();
        up.end(Flow.End.FINISHED);
        down.end(Flow.End.FINISHED);
    }

    private Flow flow(Direction direction) {
        return direction == Direction.UP ? up : down;
    }

    /** Answers in the relay's place and lets nothing more pass. */
    void refuse(ByteBuf answer) {
        down.offer(answer);
        down.end(Flow.End.FINISHED);
        up.close();
        relay.close();
        refusedTimer = faults.down.at(
                faults.down.nowNanos() + TimeUnit.MILLISECONDS.toNanos(REFUSED_MILLIS), () -> client.close());
    }

    /** One end sends nothing more. */
    void onFinished(Direction direction) {
        if (dead) {
            source(direction).close();
            return;
        }
        http.finish(direction);
        flow(direction).end(Flow.End.FINISHED);
    }

    /** One end is gone. */
    void onInactive(Direction direction) {
        flow(direction == Direction.UP ? Direction.DOWN : Direction.UP).close();
        if (dead) {
            forgetIfOver();
        } else {
            flow(direction).end(Flow.End.ABORTED);
        }
        forgetIfOver();
    }

    private Channel source(Direction direction) {
        return direction == Direction.UP ? client : relay;
    }

    /** One end takes more. */
    void onWritable(Direction towards) {
        flow(towards).deliver();
    }

    private void onEnd(Channel sink, Flow.End how) {
        if (how == Flow.End.ABORTED) {
            abort(sink);
        } else if (sink instanceof DuplexChannel duplex && sink.isActive()) {
            duplex.shutdownOutput().addListener(done -> closeIfBothEnded());
        } else {
            sink.close();
        }
    }

    private void closeIfBothEnded() {
        if (hasEnded(client) && hasEnded(relay)) {
            client.close();
            relay.close();
        }
    }

    private static boolean hasEnded(Channel channel) {
        return !channel.isActive() || (channel instanceof DuplexChannel duplex && duplex.isOutputShutdown());
    }

    private static void abort(Channel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    /** Both ends are told at once that the connection is broken. */
    void reset() {
        up.close();
        down.close();
        abort(client);
        abort(relay);
    }

    /** Nothing passes any more and nobody is told; whoever hangs up is let go. */
    void die() {
        dead = true;
        up.close();
        down.close();
        for (Channel end : new Channel[] {client, relay}) {
            end.config().setAutoRead(true);
            if (end instanceof DuplexChannel duplex && duplex.isInputShutdown()) {
                end.close();
            }
        }
    }

    /** Keeps to the path's limit of idleness, as it is now. */
    void watchIdle() {
        if (idleTimer != null) {
            idleTimer.cancel(false);
            idleTimer = null;
        }
        if (faults.idleMillis > 0 && !gone) {
            long endNanos = movedNanos + TimeUnit.MILLISECONDS.toNanos(faults.idleMillis);
            if (endNanos <= faults.up.nowNanos()) {
                client.close();
                relay.close();
            } else {
                idleTimer = faults.up.at(endNanos, this::watchIdle);
            }
        }
    }

    private void forgetIfOver() {
        if (gone || client.isOpen() || relay.isOpen()) {
            return;
        }
        gone = true;
        http.close();
        up.close();
        down.close();
        for (Future<?> timer : new Future<?>[] {idleTimer, refusedTimer}) {
            if (timer != null) {
                timer.cancel(false);
            }
        }
        onGone.accept(this);
    }
}
