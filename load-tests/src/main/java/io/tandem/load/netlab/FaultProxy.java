package io.tandem.load.netlab;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A path between clients and a relay whose faults are switched while it runs: a TCP proxy on this machine that knows as much of HTTP as
 * firewalls and proxies do. Any thread may call it but its own; each call returns when what it says is so.
 *
 * <p>Bounds: {@value #MAX_LINKS} connections at once (further ones are reset); for each and each direction
 * {@link Flow#MAX_BYTES} and one read on the way, beyond which its sender is not read; what {@link LinkHttp#MAX_BUFFERED_BYTES} allows where
 * responses are buffered; and the kernel's buffers, {@value LinkListener#SOCKET_BYTES} bytes asked for at each end.
 */
public final class FaultProxy implements AutoCloseable {
    /** Enough for a browser's test and for small loads. */
    public static final int MAX_LINKS = 1_024;

    private static final long STOP_MILLIS = 2_000;

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("netlab", true), NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final PathFaults faults;
    private final Set<Link> links = new LinkedHashSet<>();

    private final LinkListener listener;
    private @Nullable Future<?> alternation;
    private long opened;

    private FaultProxy(InetSocketAddress target, int port, long seed) throws IOException {
        this.faults = new PathFaults(loop, new Random(seed));
        this.listener = new LinkListener(group, target, port, () -> links.size() < MAX_LINKS, this::join);
    }

    /**
     * Starts a path to a relay on this machine.
     *
     * @param listenPort 0 for a free one
     * @param seed of the jitter
     * @throws IllegalArgumentException if the relay is elsewhere
     */
    public static FaultProxy start(InetSocketAddress relay, int listenPort, long seed) {
        if (relay.isUnresolved() || !relay.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("a relay at " + relay + "; allowed are this machine's own addresses");
        }
        try {
            FaultProxy proxy = new FaultProxy(relay, listenPort, seed);
            proxy.listener.open();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on port " + listenPort, e);
        }
    }

    /** Where clients connect. */
    public InetSocketAddress address() {
        return listener.address();
    }

    private Link join(Channel client, Channel relay) {
        Link link = new Link(faults, client, relay, links::remove);
        links.add(link);
        opened++;
        return link;
    }

    // What can be wrong with the path.

    /** A dead path: nothing arrives either way, new connections hang, and nobody is told. Ends with {@link #up}. */
    public void blackhole() {
        onLoop(() -> {
            faults.up.hold(true);
            faults.down.hold(true);
            listener.leaveAlone();
            return true;
        });
    }

    /** One direction is lost: what is sent that way is not seen, as {@link #blackhole} but one way and without hindering new connections. */
    public void lose(Direction direction, boolean on) {
        onLoop(() -> {
            faults.line(direction).hold(on);
            return on;
        });
    }

    /**
     * The path is back.
     *
     * @param abandon whether connections that were open or waiting stay dead, as where their senders have backed off for long, instead of going on
     *     with what was held
     */
    public void up(boolean abandon) {
        onLoop(() -> {
            if (abandon) {
                List.copyOf(links).forEach(Link::die);
            }
            faults.up.hold(false);
            faults.down.hold(false);
            listener.accept(abandon);
            return abandon;
        });
    }

    /** Breaks all present connections off, and tells both ends. */
    public void reset() {
        resetWhere(link -> true);
    }

    private void resetWhere(Predicate<Link> chosen) {
        onLoop(() -> {
            List<Link> broken = links.stream().filter(chosen).toList();
            broken.forEach(Link::reset);
            return broken.size();
        });
    }

    /** New connections are refused, as where no relay runs; present ones go on. */
    public void refuseNew(boolean on) {
        if (on) {
            listener.close();
        } else {
            listener.open();
        }
    }

    /** What is sent from now on arrives later by this and, at random, up to the jitter more. */
    public void delay(Direction direction, long millis, long jitterMillis) {
        onLoop(() -> {
            faults.line(direction).delay(millis, jitterMillis);
            return millis;
        });
    }

    /** All connections together get no more than this through; 0 lifts the limit. */
    public void rate(Direction direction, long kbps) {
        onLoop(() -> {
            faults.line(direction).rate(kbps);
            return kbps;
        });
    }

    /** Requests lose what asks for an upgrade, as in proxies that know no WebSocket; present ones go on. */
    public void stripUpgrade(boolean on) {
        onLoop(() -> faults.upgradeStripped = on);
    }

    /** WebSockets do not come about any more, and present ones are broken off. */
    public void blockWebSocket(WebSocketBlock how) {
        onLoop(() -> faults.webSocket = how);
        if (how != WebSocketBlock.OFF) {
            resetWhere(link -> link.kind() == Link.Kind.WEB_SOCKET);
        }
    }

    /** Long-poll requests are answered 503, and connections with one are broken off. */
    public void blockLongPoll(boolean on) {
        onLoop(() -> faults.longPollBlocked = on);
        if (on) {
            resetWhere(link -> link.kind() == Link.Kind.LONG_POLL);
        }
    }

    /** A response is passed on when it is whole, if it is not too large for that. */
    public void bufferResponses(boolean on) {
        onLoop(() -> faults.responsesBuffered = on);
    }

    /** Connections on which nothing moves for so long are closed; 0: none. */
    public void cutIdle(long millis) {
        onLoop(() -> {
            faults.idleMillis = millis;
            List.copyOf(links).forEach(Link::watchIdle);
            return millis;
        });
    }

    /** The next bytes of any channel in this direction are cut in the middle, and its connection ends there. */
    public void truncateNext(Direction direction) {
        onLoop(() -> faults.truncating = direction);
    }

    /** Changes by itself, each time after so long, between a path without WebSocket and one without long-poll; 0 ends it with neither. */
    public void alternate(long millis) {
        onLoop(() -> {
            if (alternation != null) {
                alternation.cancel(false);
                alternation = null;
            }
            if (millis > 0) {
                alternation = loop.scheduleAtFixedRate(this::switchOver, 0, millis, TimeUnit.MILLISECONDS);
            }
            return millis;
        });
        if (millis == 0) {
            blockWebSocket(WebSocketBlock.OFF);
            blockLongPoll(false);
        }
    }

    private void switchOver() {
        if (faults.webSocket == WebSocketBlock.OFF) {
            blockLongPoll(false);
            blockWebSocket(WebSocketBlock.FORBIDDEN);
        } else {
            blockWebSocket(WebSocketBlock.OFF);
            blockLongPoll(true);
        }
    }

    /** Nothing is wrong any more. */
    public void clear() {
        alternate(0);
        refuseNew(false);
        for (Direction direction : Direction.values()) {
            delay(direction, 0, 0);
            rate(direction, 0);
        }
        stripUpgrade(false);
        bufferResponses(false);
        cutIdle(0);
        onLoop(() -> {
            faults.truncating = null;
            return true;
        });
        up(false);
    }

    /** What there is now. */
    public PathFigures figures() {
        return onLoop(() -> new PathFigures(
                opened,
                links.size(),
                listener.leftAlone(),
                (int) links.stream().filter(Link::isUpgraded).count(),
                (int) links.stream()
                        .filter(link -> link.kind() == Link.Kind.LONG_POLL)
                        .count(),
                links.stream().mapToLong(Link::bytesOnTheWay).sum(),
                faults.up.carriedBytes(),
                faults.down.carriedBytes()));
    }

    private <T> T onLoop(Supplier<T> task) {
        if (loop.inEventLoop()) {
            return task.get();
        }
        return loop.submit(task::get).syncUninterruptibly().getNow();
    }

    /** Breaks everything off and gives the port back. */
    @Override
    public void close() {
        refuseNew(true);
        alternate(0);
        reset();
        group.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS).syncUninterruptibly();
        listener.release();
    }
}
