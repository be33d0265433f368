package io.tandem.load.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.load.RunningRelay;
import io.tandem.relay.bootstrap.HttpLimits;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that take their time over a request hold a connection for no longer than the relay allows. */
class SlowClientIT {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int BETWEEN_BYTES_MILLIS = 20;
    private static final long SHORT_MILLIS = 300;

    /** What a busy machine may add. */
    private static final long SLACK_MILLIS = 2_000;

    private static final RunningRelay HASTY = new RunningRelay(new HttpLimits(
            SHORT_MILLIS,
            HttpLimits.DEFAULTS.keepAliveMillis(),
            HttpLimits.DEFAULTS.requestLineBytes(),
            HttpLimits.DEFAULTS.headerBytes()));

    @AfterAll
    static void stop() {
        HASTY.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /v1/sess",
                "GET /healthz HTTP/1.1\r\nHost: relay\r\nX-Slow: ",
                "POST /v1/sessions/0123456789abcdefghjkmnpqrs/invitations HTTP/1.1\r\nHost: relay\r\nContent-Length: 9000\r\n\r\n{",
                "POST /v1/sessions/0123456789abcdefghjkmnpqrs/invitations HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST /v1/sessions/0123456789abcdefghjkmnpqrs/poll HTTP/1.1\r\nHost: relay\r\nTandem-To",
                "POST /v1/sessions/0123456789abcdefghjkmnpqrs/poll HTTP/1.1\r\nHost: relay\r\nContent-Length: 9000\r\n\r\n",
                "POST /v1/sessions/0123456789abcdefghjkmnpqrs/poll HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n\r\n"
            })
    void shouldCloseAConnectionWhoseRequestDripsIn(String begun) throws IOException {
        try (Socket socket = connect(HASTY, begun)) {
            long start = System.nanoTime();
            socket.setSoTimeout(BETWEEN_BYTES_MILLIS);
            while (!endsWithin(socket)) {
                // Chunks of one byte, or letters of a header or path: whatever was begun goes on.
                dripInto(socket, begun.contains("chunked") ? "1\r\na\r\n" : "a");
                assertThat(Duration.ofNanos(System.nanoTime() - start).toMillis())
                        .isLessThan(SHORT_MILLIS + SLACK_MILLIS);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start).toMillis())
                    .isGreaterThanOrEqualTo(SHORT_MILLIS - BETWEEN_BYTES_MILLIS);
        }
    }

    @Test
    void shouldCloseAtFiveSecondsAsItIsDelivered() throws IOException {
        try (RunningRelay relay = new RunningRelay();
                Socket socket = connect(relay, "GET /v1/sess")) {
            long start = System.nanoTime();
            socket.setSoTimeout(PATIENCE_MILLIS);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            assertThat(Duration.ofNanos(System.nanoTime() - start).toMillis()).isBetween(4_900L, 5_000 + SLACK_MILLIS);
        }
    }

    private static Socket connect(RunningRelay relay, String begun) throws IOException {
        Socket socket = new Socket(relay.address().getAddress(), relay.address().getPort());
        socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void dripInto(Socket socket, String bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
        } catch (SocketException closedMeanwhile) {
            assertThat(closedMeanwhile).isNotNull();
        }
    }

    /** Reads until the end, which is what is waited for; a timeout is the time between two bytes. */
    private static boolean endsWithin(Socket socket) throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {
                // An answer before the end is welcome.
            }
            return true;
        } catch (SocketTimeoutException notYet) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }
}
