package io.tandem.load.scenario;

import io.tandem.load.watch.GcLog;
import io.tandem.load.watch.RelaySight;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.AgentSecret;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Brands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A packaged relay in a process of its own on loopback, with one brand, so that its memory can be told from the clients'. */
public final class RelayProcess implements AutoCloseable {
    /** The one origin whose pages may take part. */
    public static final String ORIGIN = "https://shop.example";

    /** The brand's key. */
    public static final String BRAND = "demo";

    /** What its agents' tokens are signed with. */
    public static final String SECRET = "a secret of the scenarios, of thirty-two bytes or more";

    private static final Duration READY_WITHIN = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 100;
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final long BYTES_PER_KIBIBYTE = 1024;

    private final Brand brand = new Brand(BRAND, "Demo", Set.of(ORIGIN), Set.of(), List.of(), AgentSecret.of(SECRET));
    private final AgentTokens tokens = new AgentTokens(new Brands(List.of(brand)), InstantSource.system());
    private final AtomicInteger agents = new AtomicInteger();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ProcessBuilder builder;

    /** Another one after it was started again. */
    private volatile Process process;

    private final InetSocketAddress address;
    private final GcLog gcLog;

    private RelayProcess(ProcessBuilder builder, InetSocketAddress address, GcLog gcLog) throws IOException {
        this.builder = builder;
        this.process = builder.start();
        this.address = address;
        this.gcLog = gcLog;
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param jar the packaged relay
     * @param jvm options of its JVM
     * @param settings further keys of its configuration
     */
    public static RelayProcess start(Path jar, List<String> jvm, Map<String, String> settings) {
        return start(List.of(), jar, jvm, settings);
    }

    /** The same, by a command that runs others, {@code taskset -c 0} for example. */
    public static RelayProcess start(List<String> by, Path jar, List<String> jvm, Map<String, String> settings) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        try {
            Path config = Files.createTempFile("tandem-relay", ".properties");
            config.toFile().deleteOnExit();
            StringBuilder lines = new StringBuilder("tandem.host=127.0.0.1\ntandem.port=" + address.getPort()
                    + "\ntandem.brands=demo\ntandem.brands.demo.origins=" + ORIGIN
                    + "\ntandem.brands.demo.agent-secret=" + SECRET + "\n");
            settings.forEach(
                    (key, value) -> lines.append(key).append('=').append(value).append('\n'));
            Files.writeString(config, lines);
            List<String> command = new ArrayList<>(by);
            GcLog gcLog = new GcLog(Files.createTempFile("tandem-relay", ".gc.log"));
            gcLog.file().toFile().deleteOnExit();
            command.add("java");
            command.add(gcLog.jvmOption());
            command.addAll(jvm);
            command.addAll(List.of("-jar", jar.toString(), "serve", "--config", config.toString()));
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().keySet().removeIf(name -> name.startsWith("TANDEM_"));
            RelayProcess relay = new RelayProcess(builder, address, gcLog);
            relay.awaitReady();
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady() {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + "/readyz"))
                .build();
        long end = System.nanoTime() + READY_WITHIN.toNanos();
        while (System.nanoTime() < end && process.isAlive()) {
            try {
                if (client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // It has not opened its port.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            pause();
        }
        process.destroyForcibly();
        throw new IllegalStateException("the relay was not ready within " + READY_WITHIN);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has it die without a word, as a machine does that loses its power. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** After it was killed: starts it with the same settings at the same place, and waits until it is ready. */
    public void startAgain() {
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitReady();
    }

    /** Whether its process is there. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** Its process, and what its collector writes. */
    public RelaySight sight() {
        return new RelaySight(pid(), Optional.of(gcLog));
    }

    /** The process's id; that of the command that it was started by, where that command stays. */
    public long pid() {
        return process.pid();
    }

    /** A token of an agent who has nothing else to do. */
    public String freshToken() {
        String name = "agent-" + agents.incrementAndGet();
        return tokens.issue(new AgentIdentity(brand, name, name), TOKEN_LIFE);
    }

    /** Physical memory that the process has now, in bytes, as the kernel counts it. */
    public long residentBytes() {
        try {
            Matcher found = RESIDENT.matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
            if (!found.find()) {
                throw new IllegalStateException("the kernel does not say how much memory the relay has");
            }
            return Long.parseLong(found.group(1)) * BYTES_PER_KIBIBYTE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What one of its meters says, as {@code /metrics} names it. */
    public long meter(String name) {
        HttpRequest metrics = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + "/metrics"))
                .build();
        try {
            String text =
                    http.send(metrics, HttpResponse.BodyHandlers.ofString()).body();
            Matcher found = Pattern.compile("(?m)^" + name + " (\\S+)$").matcher(text);
            if (!found.find()) {
                throw new IllegalStateException("the relay has no meter " + name);
            }
            return (long) Double.parseDouble(found.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the relay's meters", e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
