package io.tandem.load.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.base64.Base64;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** SockJS over its WebSocket transport: text in JSON arrays, so frames travel in base 64. Its first message is the name to be joined by. */
public final class SockJsWire implements Wire {
    private final String name;
    private final Listener listener;
    private final WebSocketWire socket;
    private boolean joined;

    private SockJsWire(
            Bootstrap bootstrap, InetSocketAddress to, @Nullable SocketAddress from, String name, Listener listener) {
        this.name = name;
        this.listener = listener;
        WebSocketWire.Target target = new WebSocketWire.Target("/sockjs/000/" + name + "/websocket", null, null);
        this.socket = WebSocketWire.connect(bootstrap, to, from, target, new Listener() {
            @Override
            public void onOpen() {
                // SockJS speaks first.
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

    /** Begins to connect; the name is one connection's, but for its last part, which tells the two ends of a pair apart. */
    public static SockJsWire connect(
            Bootstrap bootstrap, InetSocketAddress to, @Nullable SocketAddress from, String name, Listener listener) {
        return new SockJsWire(bootstrap, to, from, name, listener);
    }

    private void hear(ByteBuf message) {
        char kind = message.isReadable() ? (char) message.readByte() : ' ';
        if (kind == 'o') {
            say(Unpooled.copiedBuffer(name.substring(0, name.lastIndexOf('-')), StandardCharsets.US_ASCII));
        } else if (kind == 'a') {
            messages(message);
        }
    }

    /** {@code ["one","two"]}, of which none needs an escape. */
    private void messages(ByteBuf array) {
        int from = array.indexOf(array.readerIndex(), array.writerIndex(), (byte) '"');
        while (from >= 0) {
            int end = array.indexOf(from + 1, array.writerIndex(), (byte) '"');
            if (!joined) {
                joined = true;
                listener.onOpen();
            } else {
                ByteBuf frame = Base64.decode(array, from + 1, end - from - 1);
                listener.onFrame(frame);
                frame.release();
            }
            from = array.indexOf(end + 1, array.writerIndex(), (byte) '"');
        }
    }

    private void say(ByteBuf text) {
        ByteBuf array = text.alloc().buffer(text.readableBytes() + 4);
        array.writeByte('[').writeByte('"').writeBytes(text).writeByte('"').writeByte(']');
        text.release();
        socket.sendText(array);
    }

    @Override
    public void send(ByteBuf frame) {
        ByteBuf text = Base64.encode(frame, false);
        frame.release();
        say(text);
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
