package io.tandem.relay.transport.websocket;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;

/** The WebSockets of a node whose connections are no longer Netty's, from their upgrade to their end. Any thread may call it. */
public final class WebSocketConnections {
    /** Guarded by itself, for as long as one comes, goes, or all are copied: a concurrent set is 40 bytes to each, this one 15. */
    private final Set<NioConnection> connections = Collections.newSetFromMap(new IdentityHashMap<>());

    private volatile CompletableFuture<Void> emptied = new CompletableFuture<>();
    private volatile boolean isStopping;

    void add(NioConnection connection) {
        synchronized (connections) {
            connections.add(connection);
        }
        if (isStopping) {
            connection.carrier().goAway();
        }
    }

    void remove(NioConnection connection) {
        synchronized (connections) {
            connections.remove(connection);
        }
        tellIfEmptied();
    }

    private List<NioConnection> all() {
        synchronized (connections) {
            return new ArrayList<>(connections);
        }
    }

    private boolean isEmpty() {
        synchronized (connections) {
            return connections.isEmpty();
        }
    }

    private void tellIfEmptied() {
        if (isStopping && isEmpty()) {
            emptied.complete(null);
        }
    }

    /**
     * Closes each with its close frame, as the node stops, and completes when all have ended. Those that were being upgraded meanwhile go away by themselves; to wait for
     * them, call it again when nothing is upgraded any more.
     */
    public CompletionStage<Void> goAway() {
        CompletableFuture<Void> now = new CompletableFuture<>();
        emptied = now;
        isStopping = true;
        all().forEach(connection -> connection.carrier().goAway());
        tellIfEmptied();
        return now;
    }

    /** Cuts those that have not ended. */
    public void cut() {
        all().forEach(connection -> connection.executor().execute(connection::close));
    }

    /** Bytes that wait for each client. */
    public LongStream waitingBytesOfEach() {
        return all().stream().mapToLong(NioConnection::waitingBytes);
    }
}
