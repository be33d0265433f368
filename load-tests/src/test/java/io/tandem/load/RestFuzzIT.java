package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tandem.load.peer.SimulatedTag;
import io.tandem.relay.testing.OpenApiContract;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Whatever is asked over REST is answered 2xx or with a problem that says why, and the relay goes on. A seed of its own with {@code -Dtandem.fuzz.seed=N}. */
class RestFuzzIT {
    private static final int REQUESTS = 4_000;
    private static final int ANSWER_MILLIS = 20_000;
    private static final long SEED = Long.getLong("tandem.fuzz.seed", 20_261_123);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    /** An answer as it came; header names in lower case. */
    private record Answer(int status, Map<String, String> headers, String body) {}

    @Test
    @Timeout(240)
    void shouldAnswerAnythingWithAProblemOrWithWhatWasAskedFor() throws Exception {
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        Logger relayLog = (Logger) LoggerFactory.getLogger("io.tandem.relay");
        relayLog.addAppender(log);
        try (RunningRelay relay = new RunningRelay()) {
            String session = relay.sessionId();
            try (SimulatedTag tag = relay.tag(session)) {
                fuzz(relay, new RestRequests(new Random(SEED), session, relay::freshToken));
                assertThat(tag.peer().isOpen()).as("the consumer's channel").isTrue();
            }
            assertThat(relay.rest().call("GET", "/healthz", "", "").status()).isEqualTo(200);
        } finally {
            relayLog.detachAppender(log);
        }
        assertThat(log.list.stream().filter(event -> event.getLevel().isGreaterOrEqual(Level.ERROR)))
                .as("faults of the relay's own")
                .isEmpty();
    }

    private static void fuzz(RunningRelay relay, RestRequests requests) throws IOException {
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (int i = 0; i < REQUESTS; i++) {
            RestRequests.Request request = requests.next();
            String said = "seed " + SEED + ", request " + i + ":\n" + request.latin();
            Answer answer = exchange(relay, request, said);
            if (answer != null) {
                statuses.merge(answer.status(), 1, Integer::sum);
                check(request, answer, said);
            }
        }
        // What reached the interface at all, and not the same refusal each time.
        assertThat(statuses.keySet()).contains(200, 400, 401, 404, 405, 413, 415, 417);
    }

    /** Sends all of it; the first answer, or null where the request was never whole. */
    private static @Nullable Answer exchange(RunningRelay relay, RestRequests.Request request, String said)
            throws IOException {
        try (Socket socket =
                new Socket(relay.address().getAddress(), relay.address().getPort())) {
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write(request.bytes());
            if (!request.isWhole()) {
                return null;
            }
            return answer(socket, request.method().equals("HEAD"));
        } catch (IOException e) {
            throw new IOException(said, e);
        }
    }

    private static Answer answer(Socket socket, boolean head) throws IOException {
        while (true) {
            String[] lines = head(socket).split("\r\n", -1);
            int status = Integer.parseInt(lines[0].split(" ", 3)[1]);
            Map<String, String> headers = new TreeMap<>();
            for (int i = 1; i < lines.length; i++) {
                String[] parts = lines[i].split(":", 2);
                headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1].strip());
            }
            if (status != 100) {
                int length = head ? 0 : Integer.parseInt(headers.getOrDefault("content-length", "0"));
                byte[] body = socket.getInputStream().readNBytes(length);
                return new Answer(status, headers, new String(body, StandardCharsets.UTF_8));
            }
        }
    }

    private static String head(Socket socket) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (true) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("no answer, but " + head);
            }
            head.write(next);
            String text = head.toString(StandardCharsets.ISO_8859_1);
            if (text.endsWith("\r\n\r\n")) {
                return text.substring(0, text.length() - 4);
            }
        }
    }

    private static final OpenApiContract CONTRACT = OpenApiContract.ofTheRelay();

    private static void check(RestRequests.Request request, Answer answer, String said) {
        assertThat(answer.status()).as(said).isBetween(200, 499);
        List<String> faults = new ArrayList<>();
        if (answer.status() >= 400 && !request.method().equals("HEAD")) {
            if (!"application/problem+json".equals(answer.headers().get("content-type"))) {
                faults.add("no problem document");
            }
            faults.addAll(CONTRACT.schemaFaultsOf("Problem", answer.body()));
        }
        assertThat(faults).as(said + "\n" + answer).isEmpty();
    }
}
