package io.tandem.load.run;

import io.tandem.relay.frame.FrameType;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Stands in front of a relay and makes one mistake with a frame or an answer on its way to a client, as a broken relay would; or those that it is told to. */
public final class FaultyHop implements AutoCloseable {
    /** The mistake. */
    public enum Plant {
        /** None, but for what it is told to do. */
        NONE,
        /** A page frame does not arrive. */
        DROP,
        /** It arrives twice. */
        DOUBLE,
        /** It arrives in another session. */
        MISPAIR,
        /** One bit of it is another. */
        CHANGE,
        /** From the first newcomer on who is turned away, those who are there get nothing for {@link #FROZEN_MILLIS}. */
        FREEZE,
        /** Of the first newcomers who are turned away, each second is not told. */
        SWALLOW
    }

    /** As long as newcomers come, and longer. */
    private static final long FROZEN_MILLIS = 5_000;

    private static final int MEDIUM = 126;
    private static final int LONG = 127;

    private final Plant plant;
    private final int atFrame;
    private final InetSocketAddress relay;
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "hop");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger pageFrames = new AtomicInteger();
    private final AtomicInteger turnedAway = new AtomicInteger();
    private final Lock gate = new ReentrantLock();
    private final Condition released = gate.newCondition();
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean holds;

    /** Those to whom page frames go. */
    private final List<Socket> viewers = new CopyOnWriteArrayList<>();

    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /**
     * Between clients and this relay.
     *
     * @param atFrame which page frame it is, counted over all sessions; of answers that are swallowed, up to which
     */
    public FaultyHop(Plant plant, int atFrame, InetSocketAddress relay) throws IOException {
        this.plant = plant;
        this.atFrame = atFrame;
        this.relay = relay;
        this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** Where clients connect to. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
    }

    /** With no fault of its own. */
    public static FaultyHop obedient(InetSocketAddress relay) throws IOException {
        return new FaultyHop(Plant.NONE, 0, relay);
    }

    /** From now on nothing comes to those who have a WebSocket. */
    public void hold() {
        hold(true);
    }

    /** What was held comes now. */
    public void release() {
        hold(false);
    }

    private void hold(boolean on) {
        gate.lock();
        try {
            holds = on;
            released.signalAll();
        } finally {
            gate.unlock();
        }
    }

    private void awaitRelease() throws InterruptedException {
        gate.lock();
        try {
            while (holds) {
                released.await();
            }
        } finally {
            gate.unlock();
        }
    }

    /** Breaks all connections. */
    public void cut() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket(relay.getAddress(), relay.getPort());
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.addAll(List.of(client, server));
                threads.execute(() -> pass(client, server));
                threads.execute(() -> watch(server, client));
            }
        } catch (IOException closed) {
            // By the test's end.
            return;
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException closed) {
            return;
        }
    }

    private void watch(Socket server, Socket client) {
        try (server;
                client) {
            DataInputStream in = new DataInputStream(server.getInputStream());
            OutputStream out = client.getOutputStream();
            byte[] head = head(in);
            String answer = new String(head, StandardCharsets.ISO_8859_1);
            if (answer.contains(" 503 ")) {
                int number = turnedAway.incrementAndGet();
                freezeWith(number);
                if (isSwallowed(number)) {
                    // The connection stays, and says nothing.
                    closed.await();
                    return;
                }
            }
            out.write(head);
            if (!answer.contains(" 101 ")) {
                in.transferTo(out);
                return;
            }
            while (true) {
                byte[] message = message(in);
                awaitRelease();
                give(message, client);
            }
        } catch (IOException | InterruptedException over) {
            return;
        }
    }

    private void freezeWith(int number) {
        if (plant == Plant.FREEZE && number == 1) {
            hold();
            CompletableFuture.delayedExecutor(FROZEN_MILLIS, TimeUnit.MILLISECONDS)
                    .execute(this::release);
        }
    }

    private boolean isSwallowed(int number) {
        return plant == Plant.SWALLOW && number <= atFrame && number % 2 == 0;
    }

    private static byte[] head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int newLines = 0;
        while (newLines < 2) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended in its head");
            }
            head.write(next);
            newLines = next == '\n' ? newLines + 1 : next == '\r' ? newLines : 0;
        }
        return head.toByteArray();
    }

    /** One message of the relay's, with its header. */
    private static byte[] message(DataInputStream in) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(in.readUnsignedByte());
        int length = in.readUnsignedByte();
        message.write(length);
        int more = length == MEDIUM ? Short.BYTES : length == LONG ? Long.BYTES : 0;
        if (more > 0) {
            byte[] extended = in.readNBytes(more);
            message.write(extended);
            length = 0;
            for (byte each : extended) {
                length = length << Byte.SIZE | (each & 0xFF);
            }
        }
        message.write(in.readNBytes(length));
        return message.toByteArray();
    }

    private void give(byte[] message, Socket client) throws IOException {
        int header = message[1] == MEDIUM ? 4 : message[1] == LONG ? 10 : 2;
        boolean isPage = message.length > header && (message[header] & 0xFF) == FrameType.MUTATIONS.code();
        if (isPage && !viewers.contains(client)) {
            viewers.add(client);
        }
        if (!isPage || pageFrames.incrementAndGet() != atFrame) {
            write(message, client);
            return;
        }
        switch (plant) {
            case DROP -> {}
            case NONE, FREEZE, SWALLOW -> write(message, client);
            case DOUBLE -> {
                write(message, client);
                write(message, client);
            }
            case MISPAIR ->
                write(
                        message,
                        viewers.stream()
                                .filter(each -> each != client)
                                .findFirst()
                                .orElseThrow());
            case CHANGE -> {
                message[message.length - 1] ^= 1;
                write(message, client);
            }
        }
    }

    private static void write(byte[] message, Socket to) throws IOException {
        synchronized (to) {
            to.getOutputStream().write(message);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        closed.countDown();
        cut();
        threads.shutdownNow();
    }
}
