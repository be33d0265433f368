package io.tandem.load.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A Socket.IO 4 connection over WebSocket alone (Engine.IO 4): says by whose name it wants to be joined, and sends frames as binary
 * events called {@code f}.
 */
public final class SocketIoWire implements Wire {
    private static final WebSocketWire.Target TARGET =
            new WebSocketWire.Target("/socket.io/?EIO=4&transport=websocket", null, null);
    private static final String BINARY_EVENT = "451-[\"f\",{\"_placeholder\":true,\"num\":0}]";
    private static final String JOINED = "42[\"joined\"";

    private final String name;
    private final int leadBytes;
    private final Listener listener;
    private final WebSocketWire socket;

    /** Whether a binary message, which belongs to an event, is to come. */
    private boolean binaryFollows;

    private SocketIoWire(
            Bootstrap bootstrap,
            InetSocketAddress to,
            @Nullable SocketAddress from,
            String name,
            int leadBytes,
            Listener listener) {
        this.name = name;
        this.leadBytes = leadBytes;
        this.listener = listener;
        this.socket = WebSocketWire.connect(bootstrap, to, from, TARGET, new Listener() {
            @Override
            public void onOpen() {
                // Engine.IO speaks first.
            }

            @Override
            public void onFrame(ByteBuf message) {
                hear(message);
            }

            @Override
            public void onClosed(int code, String reason) {
                listener.onClosed(code, reason);
            }
        });
    }

    /**
     * Begins to connect.
     *
     * @param leadBytes that the server puts before each binary attachment: none by Engine.IO 4, one by netty-socketio, as Engine.IO 3 did
     */
    public static SocketIoWire connect(
            Bootstrap bootstrap,
            InetSocketAddress to,
            @Nullable SocketAddress from,
            String name,
            int leadBytes,
            Listener listener) {
        return new SocketIoWire(bootstrap, to, from, name, leadBytes, listener);
    }

    private void hear(ByteBuf message) {
        if (binaryFollows) {
            binaryFollows = false;
            listener.onFrame(message.skipBytes(leadBytes));
            return;
        }
        char kind = message.isReadable() ? (char) message.getByte(message.readerIndex()) : ' ';
        switch (kind) {
            case '0' -> say("40");
            case '2' -> say("3");
            case '4' -> event(message.toString(StandardCharsets.UTF_8));
            default -> {} // what only other transports need
        }
    }

    private void event(String text) {
        if (text.startsWith("451-") || text.startsWith("45")) {
            binaryFollows = true;
        } else if (text.startsWith("40")) {
            say("42[\"join\",\"" + name + "\"]");
        } else if (text.startsWith(JOINED)) {
            listener.onOpen();
        }
    }

    private void say(String text) {
        socket.sendText(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    @Override
    public void send(ByteBuf frame) {
        say(BINARY_EVENT);
        socket.send(frame);
    }

    @Override
    public long waitingBytes() {
        return socket.waitingBytes();
    }

    @Override
    public Traffic traffic() {
        return socket.traffic();
    }

    @Override
    public void setReading(boolean on) {
        socket.setReading(on);
    }

    @Override
    public void cut() {
        socket.cut();
    }
}
