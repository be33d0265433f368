package io.tandem.relay.transport.websocket;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.RecordingGate;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A carrier on an event loop's own connection, and its client's socket. The kernel keeps little for either. */
final class ConnectedCarrier implements AutoCloseable {
    static final CarrierLimits LIMITS = new CarrierLimits(128 << 10, 256 << 10, 64 << 20, 2_000);
    private static final int KERNEL_BYTES = 16 << 10;

    final RecordingGate gate = new RecordingGate();
    final WebSocketConnections all = new WebSocketConnections();
    final NioConnection connection;
    final Socket client = new Socket();
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    ConnectedCarrier() throws Exception {
        IoEventLoop loop = loops.next();
        SocketChannel accepted;
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            client.setReceiveBufferSize(KERNEL_BYTES);
            client.connect(listener.getLocalAddress());
            accepted = listener.accept();
        }
        accepted.configureBlocking(false);
        accepted.setOption(StandardSocketOptions.SO_SNDBUF, KERNEL_BYTES);
        WebSocketCarrier carrier = new WebSocketCarrier(
                gate,
                new ChannelRequest(
                        "s".repeat(26), CarrierKind.WEBSOCKET, null, InetSocketAddress.createUnresolved("client", 1)),
                LIMITS);
        connection = new NioConnection(accepted, loop, LIMITS, carrier, all);
        all.add(connection);
        IoRegistration registered = loop.register(connection).get();
        onLoop(() -> {
            connection.registered(registered);
            carrier.open(connection, null);
        });
    }

    void onLoop(Runnable task) throws Exception {
        connection.executor().submit(task).get();
    }

    <T> T askOnLoop(Callable<T> question) throws Exception {
        return connection.executor().submit(question).get();
    }

    /** What the client gets next, so much of it. */
    byte[] read(int bytes) {
        try {
            return client.getInputStream().readNBytes(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
