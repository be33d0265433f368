package io.tandem.relay.bootstrap;

import io.netty.channel.socket.SocketChannel;
import io.tandem.relay.carrier.ClientAddress;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** What stands in front of HTTP in a connection's pipeline, as its {@link Door} says: mostly nothing. */
final class Entrance implements AutoCloseable {
    private final Door door;
    private final ClientAddress addresses;
    private final @Nullable TlsCertificates tls;
    private final @Nullable ExecutorService handshakes;

    /**
     * Reads the certificate, if there is one.
     *
     * @param handshakeMillis how long a client may take for its handshake
     * @throws IOException if the certificate cannot be used
     */
    Entrance(Door door, long handshakeMillis) throws IOException {
        this.door = door;
        this.addresses = new ClientAddress(door.trusted(), door.forwardedFor());
        if (door.tls().isEmpty()) {
            this.tls = null;
            this.handshakes = null;
            return;
        }
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        this.handshakes = BackgroundThreads.start(threads, "handshakes");
        try {
            this.tls = new TlsCertificates(door.tls().get(), handshakes, handshakeMillis);
        } catch (TlsCertificates.Unusable unusable) {
            handshakes.shutdownNow();
            throw new IOException(unusable.getMessage(), unusable);
        }
    }

    /** Adds what belongs in front of everything else. */
    void addTo(SocketChannel connection) {
        if (addresses.isTrusted(connection)) {
            if (door.proxyProtocol()) {
                ProxyHeader.addTo(connection.pipeline(), addresses);
            } else if (door.forwardedFor()) {
                addresses.note(connection, null);
            }
        }
        if (tls != null) {
            connection.pipeline().addLast(tls.newHandler(connection.alloc()));
        }
    }

    /** Reads the certificate again if it has changed. One thread at a time; may block. */
    void look() {
        if (tls != null) {
            tls.look();
        }
    }

    @Override
    public void close() {
        if (handshakes != null) {
            handshakes.shutdownNow();
        }
    }
}
