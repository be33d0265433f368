package io.tandem.load.fleet;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.tandem.load.run.LoadRun;
import io.tandem.load.run.TandemMeeting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A generator that offers its share of a load whenever somebody who knows the secret says so: one at a time. */
public final class Worker implements AutoCloseable {
    /** Who calls while another is served waits; more than a few have lost their way. */
    private static final int BACKLOG = 4;

    private static final Duration ASSIGNED_WITHIN = Duration.ofSeconds(10);

    /** Other workers may take so much longer to open their sessions. */
    private static final Duration BEGUN_WITHIN = Duration.ofMinutes(30);

    /** Other workers may wait so much longer for what is on its way, which they do for 15 s; and the relay is weighed. */
    private static final Duration FINISHED_WITHIN = Duration.ofMinutes(2);

    private final ServerSocket server;
    private final String secret;
    private final String agentSecret;
    private final Consumer<String> progress;

    private Worker(ServerSocket server, String secret, String agentSecret, Consumer<String> progress) {
        this.server = server;
        this.secret = secret;
        this.agentSecret = agentSecret;
        this.progress = progress;
    }

    /**
     * Listens.
     *
     * @param secret that whoever coordinates has to know
     * @param agentSecret what the agents' tokens are signed with, on the relay to which it will be sent
     */
    public static Worker listen(InetSocketAddress at, String secret, String agentSecret, Consumer<String> progress)
            throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(at, BACKLOG);
        return new Worker(server, secret, agentSecret, progress);
    }

    /** The port that it listens on. */
    public int port() {
        return server.getLocalPort();
    }

    /** Serves one after the other until it is closed, by another thread. */
    public void serve() throws InterruptedException {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                serve(socket);
            } catch (SocketException closed) {
                progress.accept("the connection: " + closed.getMessage());
            } catch (IOException | UncheckedIOException e) {
                progress.accept("left: " + e.getMessage());
            }
        }
    }

    private void serve(Socket socket) throws IOException, InterruptedException {
        try (ControlLine line = ControlLine.open(socket, secret, Fleet.WORKER, Fleet.COORDINATOR)) {
            line.waitFor(ASSIGNED_WITHIN);
            try {
                Assignment share = Assignment.read(line.hear());
                progress.accept(share.plan().pairs() + " sessions on " + share.host() + ":" + share.port());
                offer(share, line);
                progress.accept("done");
            } catch (RuntimeException e) {
                line.say("{\"is\":\"failure\",\"line\":\"" + escaped(String.valueOf(e)) + "\"}");
                throw new IOException("failed: " + e, e);
            }
        }
    }

    private void offer(Assignment share, ControlLine line) throws IOException, InterruptedException {
        TandemMeeting.Parts parts = new TandemMeeting.Parts(
                new InetSocketAddress(share.host(), share.port()),
                share.brand(),
                share.origin(),
                agentSecret,
                share.webSocketShare(),
                share.viewOnlyShare());
        // Who coordinates hears each second, and a run whose coordinator is gone ends with the line.
        Consumer<String> tell = text -> {
            try {
                line.say("{\"is\":\"progress\",\"line\":\"" + escaped(text) + "\"}");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        TandemMeeting.Ways ways = new TandemMeeting.Ways(false, true, share.linkKbit());
        try (TandemMeeting meeting = new TandemMeeting(parts, ways);
                LoadRun run = new LoadRun(share.plan(), meeting, Optional.empty(), tell)) {
            line.say("{\"is\":\"ready\",\"paired\":" + run.open() + "}");
            line.waitFor(BEGUN_WITHIN);
            long afterMillis = line.hear().number("afterMillis");
            run.measure(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(afterMillis));
            line.say("{\"is\":\"settled\"}");
            line.waitFor(FINISHED_WITHIN);
            line.hear();
            line.say(TallyJson.of(run.finish()));
        }
    }

    private static String escaped(String text) {
        return String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
