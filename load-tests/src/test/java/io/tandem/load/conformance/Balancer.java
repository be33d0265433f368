package io.tandem.load.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The machine's own HAProxy or nginx before a relay: a process of ours, with a configuration of ours in a folder of its own. */
final class Balancer implements AutoCloseable {
    /** The port was free a moment before: another may have been faster. */
    private static final int ATTEMPTS = 3;

    private static final long START_MILLIS = 20_000;
    private static final long STOP_MILLIS = 5_000;
    private static final long LOOK_MILLIS = 20;

    private final Process process;
    private final Path folder;
    private final int port;

    private Balancer(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    /** Starts one; fails where the machine has none, as nothing is shown then. */
    static Balancer start(Via via, InetSocketAddress relay) {
        for (int attempt = 1; ; attempt++) {
            try {
                return startOnce(via, relay);
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw new UncheckedIOException(via + " does not start; bin/test installs it", e);
                }
            }
        }
    }

    private static Balancer startOnce(Via via, InetSocketAddress relay) throws IOException {
        Path folder = Files.createTempDirectory("tandem-" + via.name());
        int port = freePort();
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command(via, folder, port, relay.getPort()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Balancer balancer = new Balancer(process, folder, port);
        try {
            balancer.awaitListening();
            return balancer;
        } catch (IOException e) {
            String said = Files.readString(log);
            balancer.close();
            throw new IOException(said, e);
        }
    }

    private static List<String> command(Via via, Path folder, int port, int relayPort) throws IOException {
        Path config = folder.resolve("config");
        return switch (via) {
            case DIRECT -> throw new IllegalArgumentException("nothing to start on the direct path");
            case HAPROXY -> {
                Files.writeString(config, haproxy(port, relayPort));
                yield List.of(executable("haproxy"), "-db", "-f", config.toString());
            }
            case NGINX -> {
                Files.writeString(config, nginx(folder, port, relayPort));
                yield List.of(
                        executable("nginx"),
                        "-p",
                        folder.toString(),
                        "-c",
                        config.toString(),
                        "-e",
                        folder.resolve("errors").toString());
            }
        };
    }

    /** Daemons live where an ordinary user's PATH does not lead. */
    private static String executable(String name) {
        Path system = Path.of("/usr/sbin", name);
        return Files.isExecutable(system) ? system.toString() : name;
    }

    private static String haproxy(int port, int relayPort) {
        return """
                global
                  maxconn 256
                defaults
                  mode http
                  timeout connect 5s
                  timeout client 60s
                  timeout server 60s
                  timeout tunnel 1h
                frontend clients
                  bind 127.0.0.1:%d
                  default_backend relays
                backend relays
                  server relay 127.0.0.1:%d
                """.formatted(port, relayPort);
    }

    private static String nginx(Path folder, int port, int relayPort) {
        return """
                daemon off;
                master_process off;
                pid %1$s/pid;
                events { worker_connections 256; }
                http {
                  access_log off;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  server {
                    listen 127.0.0.1:%2$d;
                    location / {
                      proxy_pass http://127.0.0.1:%3$d;
                      proxy_http_version 1.1;
                      proxy_set_header Host $host;
                      proxy_set_header Upgrade $http_upgrade;
                      proxy_set_header Connection "upgrade";
                      proxy_read_timeout 1h;
                    }
                  }
                }
                """.formatted(folder, port, relayPort);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private void awaitListening() throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
        while (!isListening()) {
            if (System.nanoTime() > end || hasEndedWithin(LOOK_MILLIS)) {
                throw new IOException("it does not listen on port " + port);
            }
        }
    }

    private boolean isListening() {
        try (Socket probe = new Socket(address().getAddress(), port)) {
            return probe.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private boolean hasEndedWithin(long millis) {
        try {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        process.destroy();
        if (!hasEndedWithin(STOP_MILLIS)) {
            process.destroyForcibly();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
