package io.tandem.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What stands in front of a relay: says something first on each connection, or encrypts it, and then brings bytes both ways. */
final class Tunnel implements AutoCloseable {
    /** Opens the tunnel's own connection to the relay. */
    interface Dial {
        Socket to(InetSocketAddress relay) throws IOException;
    }

    private final ServerSocket listener;
    private final InetSocketAddress relay;
    private final Dial dial;
    private final Supplier<byte[]> preamble;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /**
     * Listens on a free port of this machine.
     *
     * @param preamble what goes in front of what each client says
     */
    Tunnel(InetSocketAddress relay, Dial dial, Supplier<byte[]> preamble) {
        this.relay = relay;
        this.dial = dial;
        this.preamble = preamble;
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    static Socket plainly(InetSocketAddress relay) throws IOException {
        return new Socket(relay.getAddress(), relay.getPort());
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "tunnel");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = dial.to(relay);
                sockets.add(client);
                sockets.add(server);
                server.getOutputStream().write(preamble.get());
                start(() -> pump(client, server));
                start(() -> pump(server, client));
            }
        } catch (IOException closed) {
            // Nobody comes any more.
        }
    }

    private static void pump(Socket from, Socket to) {
        byte[] bytes = new byte[16 << 10];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                out.write(bytes, 0, count);
                out.flush();
            }
        } catch (IOException gone) {
            // One side is gone, and the other goes with it.
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
