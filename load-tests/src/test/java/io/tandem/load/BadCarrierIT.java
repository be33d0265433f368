package io.tandem.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.tandem.relay.testing.Vectors;
import io.tandem.relay.testing.Vectors.Vector;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that no WebSocket library would send, on a plain socket. */
class BadCarrierIT {
    private static final RunningRelay RELAY = new RunningRelay();
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int CLOSE_FRAME = 0x88;

    static List<Vector> badCarriers() {
        return Vectors.rows("bad-carrier.json");
    }

    @AfterAll
    static void stop() {
        RELAY.close();
    }

    @ParameterizedTest
    @MethodSource("badCarriers")
    void shouldAnswerWithTheCloseCodeAndEndTheConnection(Vector row) throws IOException {
        try (Socket socket = connect()) {
            DataInputStream in = upgrade(socket);
            socket.getOutputStream().write(ByteBufUtil.decodeHexDump(row.text("wireHex")));

            assertThat(in.readUnsignedByte()).isEqualTo(CLOSE_FRAME);
            int length = in.readUnsignedByte();
            assertThat(in.readUnsignedShort()).isEqualTo((int) row.number("closeCode"));
            in.readFully(new byte[length - 2]);
            assertThat(in.read()).as("the end of the connection").isEqualTo(-1);
        }
    }

    @Test
    void shouldLetTheCloseFrameArriveThoughTheClientIsStillSending() throws IOException {
        try (Socket socket = connect()) {
            DataInputStream in = upgrade(socket);
            OutputStream out = socket.getOutputStream();
            // Declares 8 MiB and sends 4: the relay must take them from the wire, or its reset would destroy the close
            // frame.
            out.write(ByteBufUtil.decodeHexDump("82ff000000000080000011223344"));
            for (int i = 0; i < 64; i++) {
                out.write(new byte[64 << 10]);
            }
            assertThat(in.readUnsignedByte()).isEqualTo(CLOSE_FRAME);
            in.readUnsignedByte();
            assertThat(in.readUnsignedShort()).isEqualTo(1009);
        }
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(RELAY.address().getAddress(), RELAY.address().getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static DataInputStream upgrade(Socket socket) throws IOException {
        String request = "GET /v1/sessions/" + RELAY.sessionId() + "/channel HTTP/1.1\r\nHost: relay\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: tandem.v1\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        assertThat(head.toString()).startsWith("HTTP/1.1 101 ");
        return in;
    }
}
