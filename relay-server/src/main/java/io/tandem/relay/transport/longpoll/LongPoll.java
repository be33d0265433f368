package io.tandem.relay.transport.longpoll;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.EventExecutor;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.session.ChannelRequest;
import io.tandem.relay.session.NoRoom;
import io.tandem.relay.session.SessionLoops;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The long-poll carriers of this node. Requests of one carrier come over any connection and event loop; this finds the carrier and
 * brings the request to its session's loop. One for all connections; any thread may call it.
 */
public final class LongPoll {
    /**
     * What long-polling needs from the relay.
     *
     * @param gate where channels open
     * @param loops where sessions live, and their carriers with them
     * @param secrets makes the tokens
     * @param offered the carriers that this relay takes
     */
    public record Parts(
            ChannelGate gate,
            SessionLoops loops,
            Secrets secrets,
            CarrierLimits carrierLimits,
            LongPollLimits limits,
            Set<CarrierKind> offered) {}

    private final Parts parts;

    /**
     * By token. A plain map will do: a token is 128 random bits, looked up by a hash that says nothing of how much of a guess is
     * right, and good for minutes on one session's path.
     */
    private final Map<String, PollCarrier> carriers = new ConcurrentHashMap<>();

    /** Completes when the last carrier has closed; set when the node stops. */
    private final CompletableFuture<Void> emptied = new CompletableFuture<>();

    private volatile boolean stopping;

    /** No carriers yet. */
    public LongPoll(Parts parts) {
        this.parts = parts;
    }

    /** A handler for one connection, to stand behind its HTTP codec and in front of every other handler of requests. */
    public ChannelHandler forConnection() {
        return new PollConnection(this);
    }

    LongPollLimits limits() {
        return parts.limits();
    }

    Set<CarrierKind> offered() {
        return parts.offered();
    }

    EventExecutor loopOf(String sessionId) {
        return parts.loops().executor(sessionId);
    }

    /** How many bytes wait for each client's next GET. */
    public LongStream waitingBytesOfEach() {
        return carriers.values().stream().mapToLong(PollCarrier::queuedBytes);
    }

    /** How many carriers there are. */
    int size() {
        return carriers.size();
    }

    /** Opens a carrier. Takes ownership of the body. */
    void open(PollExchange exchange, PollRequest.Open open, ByteBuf body) {
        boolean brought = on(loopOf(open.sessionId()), exchange, () -> {
            try {
                openHere(exchange, open, body);
            } finally {
                body.release();
            }
        });
        if (!brought) {
            body.release();
        }
    }

    private void openHere(PollExchange exchange, PollRequest.Open open, ByteBuf body) {
        if (stopping) {
            exchange.answer(PollAnswers.stopping(exchange.allocator()));
            return;
        }
        if (carriers.size() >= limits().carriersPerNode()) {
            exchange.answer(
                    PollAnswers.noRoom(exchange.allocator(), parts.gate().turnAway(NoRoom.CARRIERS)));
            return;
        }
        String noRoom = parts.gate().noRoomFor(open.sessionId());
        if (noRoom != null) {
            exchange.answer(PollAnswers.noRoom(exchange.allocator(), noRoom));
            return;
        }
        PollCarrier carrier = new PollCarrier(
                parts.secrets().next(),
                open.sessionId(),
                loopOf(open.sessionId()),
                parts.carrierLimits(),
                limits(),
                parts.gate().carrierMeters(),
                this::forget);
        carriers.put(carrier.token(), carrier);
        carrier.open(
                exchange,
                parts.gate(),
                new ChannelRequest(open.sessionId(), CarrierKind.LONG_POLL, open.origin(), open.remote()),
                body);
        if (stopping) {
            goAway(carrier);
        }
    }

    private void forget(PollCarrier closed) {
        carriers.remove(closed.token(), closed);
        completeIfEmptied();
    }

    private void completeIfEmptied() {
        if (stopping && carriers.isEmpty()) {
            emptied.complete(null);
        }
    }

    void down(PollExchange exchange, PollRequest.Down down) {
        PollCarrier carrier = find(down.sessionId(), down.token());
        on(loopOf(down.sessionId()), exchange, () -> {
            if (carrier == null) {
                exchange.answer(PollAnswers.noSuchCarrier(exchange.allocator()));
            } else {
                carrier.down(exchange, down.number());
            }
        });
    }

    /** Takes ownership of the body. */
    void up(PollExchange exchange, PollRequest.Up up, ByteBuf body, int cameBytes) {
        PollCarrier carrier = find(up.sessionId(), up.token());
        boolean brought = on(loopOf(up.sessionId()), exchange, () -> {
            if (carrier == null) {
                body.release();
                exchange.answer(PollAnswers.noSuchCarrier(exchange.allocator()));
            } else {
                carrier.up(exchange, up.number(), body, cameBytes);
            }
        });
        if (!brought) {
            body.release();
        }
    }

    /** The carrier of this request, if there is one: only then its body is worth anything. */
    @Nullable
    PollCarrier carrierOf(PollRequest.Up up) {
        return find(up.sessionId(), up.token());
    }

    /** So many bytes came in a request that was refused, or did not come whole. */
    void carried(PollRequest.Up up, int bytes) {
        PollCarrier carrier = find(up.sessionId(), up.token());
        if (carrier != null) {
            on(carrier.loop(), () -> carrier.dropped(bytes));
        }
    }

    /** Closes the carrier of a request that broke a bound, if there is one. */
    void close(PollRequest.Up up, CloseCode code, String reason) {
        PollCarrier carrier = find(up.sessionId(), up.token());
        if (carrier != null) {
            on(carrier.loop(), () -> carrier.close(code, reason));
        }
    }

    private @Nullable PollCarrier find(String sessionId, String token) {
        PollCarrier carrier = carriers.get(token);
        return carrier != null && carrier.sessionId().equals(sessionId) ? carrier : null;
    }

    /** Opens no carrier any more and tells every client that the node stops; completes when all of them are gone. */
    public CompletionStage<Void> stop() {
        stopping = true;
        for (PollCarrier carrier : carriers.values()) {
            on(carrier.loop(), () -> goAway(carrier));
        }
        completeIfEmptied();
        return emptied;
    }

    private static void goAway(PollCarrier carrier) {
        carrier.close(CloseCode.GOING_AWAY, "the node stops");
    }

    private static boolean on(EventExecutor loop, PollExchange exchange, Runnable task) {
        if (loop.inEventLoop()) {
            exchange.serve(task);
            return true;
        }
        return on(loop, () -> exchange.serve(task));
    }

    private static boolean on(EventExecutor loop, Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
            return true;
        }
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException stopped) {
            return false;
        }
    }
}
