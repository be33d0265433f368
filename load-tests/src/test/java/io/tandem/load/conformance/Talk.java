package io.tandem.load.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.load.RunningRelay;
import io.tandem.load.peer.JsonMembers;
import io.tandem.load.peer.Received;
import io.tandem.load.peer.SimulatedAgent;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A consumer's tag on a plain socket, through whatever stands before the relay, in an active session with an agent who is connected
 * directly: what the tag sends as a page frame, the agent gets, so every payload can be compared.
 */
final class Talk implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int EPOCH = 1;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final String resume;
    private @Nullable SimulatedAgent agent;
    private int sequence;

    /** A frame that the relay sent. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Frame(int firstByte, byte[] payload) {
        int opcode() {
            return firstByte & 0x0F;
        }

        int code() {
            return ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
        }
    }

    /** In a new session, with its agent. */
    static Talk withAgent(RunningRelay relay, InetSocketAddress entry) throws IOException {
        String sessionId = relay.sessionId();
        Talk talk = new Talk(entry, sessionId, "");
        talk.agent = relay.inviting(sessionId, "view-only");
        JsonMembers invitation = talk.awaitControl(FrameType.INVITATION);
        talk.sendControl(
                FrameType.INVITATION_ANSWER,
                "{\"invitation\":\"" + invitation.text("invitation") + "\",\"accept\":true}");
        talk.agent().awaitActive();
        return talk;
    }

    /** In a session that waits for an agent: a new one, or an earlier one by its secret. */
    Talk(InetSocketAddress entry, String sessionId, String earlierResume) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        socket.connect(entry);
        in = new DataInputStream(socket.getInputStream());
        upgrade(sessionId);
        sendControl(
                FrameType.HELLO,
                "{\"protocol\":[1,1],\"role\":\"consumer\",\"client\":\"conformance\",\"brand\":\"demo\",\"lz4\":true,"
                        + (earlierResume.isEmpty() ? "" : "\"resume\":\"" + earlierResume + "\",")
                        + "\"page\":{\"origin\":\"" + RunningRelay.ORIGIN + "\",\"path\":\"/\"}}");
        resume = awaitControl(FrameType.WELCOME).text("resume");
    }

    private SimulatedAgent agent() {
        return Objects.requireNonNull(agent, "this talk is without an agent");
    }

    /** What brings this tag back into its session. */
    String resume() {
        return resume;
    }

    private void upgrade(String sessionId) throws IOException {
        send(String.join(
                        "\r\n",
                        "GET /v1/sessions/" + sessionId + "/channel HTTP/1.1",
                        "Host: relay",
                        "Origin: " + RunningRelay.ORIGIN,
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                        "Sec-WebSocket-Protocol: tandem.v1",
                        "",
                        "")
                .getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        assertThat(head.toString()).startsWith("HTTP/1.1 101 ").contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    private void sendControl(FrameType type, String json) throws IOException {
        send(Wire.frame(Wire.FIN | Wire.BINARY, message(type, 0, 0, Wire.utf8(json))));
    }

    private JsonMembers awaitControl(FrameType type) throws IOException {
        while (true) {
            Frame frame = read();
            if (frame.opcode() == Wire.BINARY && frame.payload()[0] == type.code()) {
                int header = FrameHeader.LENGTH_BYTES;
                return JsonMembers.parse(
                        new String(frame.payload(), header, frame.payload().length - header, StandardCharsets.UTF_8));
            }
        }
    }

    private static byte[] message(FrameType type, int epoch, int sequence, byte[] payload) {
        ByteBuf message = Unpooled.buffer(FrameHeader.LENGTH_BYTES + payload.length);
        FrameHeader.write(message, type, FrameHeader.NO_FLAGS, 0, epoch, sequence);
        return ByteBufUtil.getBytes(message.writeBytes(payload));
    }

    /** The next page message of so many bytes, header included. */
    byte[] pageMessage(int length) {
        return message(FrameType.MUTATIONS, EPOCH, ++sequence, Wire.bytes(length - FrameHeader.LENGTH_BYTES));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void sendByteByByte(byte[] bytes) throws IOException {
        for (byte one : bytes) {
            socket.getOutputStream().write(one);
        }
    }

    void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** The agent gets this message, byte by byte as it was sent but for the sender that the relay stamped. */
    void expectDelivered(byte[] message) {
        Received page = agent().peer().await(FrameType.MUTATIONS);
        ByteBuf sent = Unpooled.wrappedBuffer(message);
        assertThat(page.sequence()).as("the sequence").isEqualTo(FrameHeader.sequence(sent));
        assertThat(page.payload()).as("the payload").containsExactly(ByteBufUtil.getBytes(FrameHeader.payload(sent)));
    }

    /** Everything before it was taken, and the channel is open: a message more gets through. */
    void expectOpen() throws IOException {
        byte[] message = pageMessage(50);
        send(Wire.frame(Wire.FIN | Wire.BINARY, message));
        expectDelivered(message);
        send(Wire.frame(Wire.FIN | Wire.PING, Wire.utf8("open?")));
        expectPong(Wire.utf8("open?"));
    }

    /** The next frame that is no message is a pong of this payload. */
    void expectPong(byte[] payload) throws IOException {
        Frame frame = readControl();
        assertThat(frame.firstByte()).as("a whole pong").isEqualTo(Wire.FIN | Wire.PONG);
        assertThat(frame.payload()).as("what the ping held").containsExactly(payload);
    }

    /** The next frame that is no message is a close of this code, a few words of UTF-8 say why, and nothing comes after it. */
    void expectClose(int code) throws IOException {
        expectCloseFrame(code);
        expectEnd();
    }

    /** The next frame that is no message is a close of this code, and a few words of UTF-8 say why. */
    void expectCloseFrame(int code) throws IOException {
        Frame frame = readControl();
        assertThat(frame.firstByte()).as("a whole close").isEqualTo(Wire.FIN | Wire.CLOSE);
        String reason = new String(frame.payload(), 2, frame.payload().length - 2, StandardCharsets.UTF_8);
        assertThat(frame.code()).as(reason).isEqualTo(code);
        assertThat(frame.payload()).hasSizeLessThanOrEqualTo(125);
    }

    /** The connection ends in order, and nothing more comes. */
    void expectEnd() throws IOException {
        assertThat(in.read()).as("the end of the connection").isEqualTo(-1);
    }

    /** Frames of the session may still come, but no control frame, before the connection ends. */
    void expectEndWithoutControl() throws IOException {
        for (int first = in.read(); first >= 0; first = in.read()) {
            Frame frame = rest(first);
            assertThat(frame.opcode()).as("a message").isEqualTo(Wire.BINARY);
        }
    }

    /** A close of this code and then the end, or the end at once; nothing else. */
    void expectCloseOrEnd(int code) throws IOException {
        for (int first = in.read(); first >= 0; first = in.read()) {
            Frame frame = rest(first);
            if (frame.opcode() != Wire.BINARY) {
                assertThat(frame.opcode()).isEqualTo(Wire.CLOSE);
                assertThat(frame.code()).isEqualTo(code);
            }
        }
    }

    /** While this is sent, or after it: a close of this code, an end or a reset; nothing else. */
    void expectCloseOrBreakOf(int code, byte[] sent) throws IOException {
        try {
            send(sent);
            expectCloseOrEnd(code);
        } catch (SocketException reset) {
            assertThat(reset).as("the reset").isNotNull();
        }
    }

    private Frame readControl() throws IOException {
        Frame frame = read();
        while (frame.opcode() == Wire.BINARY) {
            frame = read();
        }
        return frame;
    }

    private Frame read() throws IOException {
        return rest(in.readUnsignedByte());
    }

    private Frame rest(int first) throws IOException {
        int form = in.readUnsignedByte();
        assertThat(form).as("a server never masks").isLessThanOrEqualTo(LENGTH_64);
        long length = switch (form) {
            case LENGTH_16 -> in.readUnsignedShort();
            case LENGTH_64 -> in.readLong();
            default -> form;
        };
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        return new Frame(first, payload);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        if (agent != null) {
            agent.close();
        }
    }
}
