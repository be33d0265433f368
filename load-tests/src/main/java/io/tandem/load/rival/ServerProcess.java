package io.tandem.load.rival;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** A server of this machine in a process of its own, on a free port of loopback, until it is closed. */
final class ServerProcess implements AutoCloseable {
    private static final long READY_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_MILLIS = 50;
    private static final int CONNECT_MILLIS = 200;
    private static final long STOP_SECONDS = 5;

    private final Process process;
    private final InetSocketAddress address;

    private ServerProcess(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    /** Starts it and waits until it takes connections. */
    static ServerProcess start(IntFunction<List<String>> commandForPort) throws InterruptedException {
        int port = freePort();
        List<String> command = commandForPort.apply(port);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            long end = System.nanoTime() + READY_WITHIN_NANOS;
            while (process.isAlive() && System.nanoTime() < end) {
                if (isListening(address)) {
                    return new ServerProcess(process, address);
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
            process.destroyForcibly();
            throw new IllegalStateException("did not come up: " + String.join(" ", command));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + String.join(" ", command), e);
        }
    }

    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isListening(InetSocketAddress address) {
        try (Socket probe = new Socket()) {
            probe.connect(address, CONNECT_MILLIS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    InetSocketAddress address() {
        return address;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
