package io.tandem.relay.transport.websocket;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;

/** The WebSockets of a node whose connections are no longer Netty's, from their upgrade to their end. Any thread may call it. */
public final class WebSocketConnections {
    private final Set<NioConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile CompletableFuture<Void> emptied = new CompletableFuture<>();
    private volatile boolean isStopping;

    void add(NioConnection connection) {
        connections.add(connection);
        if (isStopping) {
            connection.carrier().goAway();
        }
    }

    void remove(NioConnection connection) {
        connections.remove(connection);
        tellIfEmptied();
    }

    private void tellIfEmptied() {
        if (isStopping && connections.isEmpty()) {
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
        connections.forEach(connection -> connection.carrier().goAway());
        tellIfEmptied();
        return now;
    }

    /** Cuts those that have not ended. */
    public void cut() {
        connections.forEach(connection -> connection.executor().execute(connection::close));
    }

    /** Bytes that wait for each client. */
    public LongStream waitingBytesOfEach() {
        return connections.stream().mapToLong(NioConnection::waitingBytes);
    }
}
