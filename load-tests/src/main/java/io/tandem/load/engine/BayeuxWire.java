package io.tandem.load.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Bayeux over a WebSocket, as CometD has it: each message in an array of its own. */
public final class BayeuxWire implements Wire {
    private static final WebSocketWire.Target TARGET = new WebSocketWire.Target("/cometd", null, null);

    private final BayeuxTalk talk;
    private final WebSocketWire socket;
    private String closeReason = "";

    private BayeuxWire(
            Bootstrap bootstrap,
            InetSocketAddress to,
            @Nullable SocketAddress from,
            BayeuxTalk.Names names,
            Listener listener) {
        this.talk = new BayeuxTalk("websocket", names, listener, new BayeuxTalk.Carrier() {
            @Override
            public void say(ByteBuf message) {
                write(message);
            }

            @Override
            public void connect(ByteBuf message) {
                write(message);
            }

            @Override
            public void fail(String why) {
                closeReason = why;
                cut();
            }
        });
        this.socket = WebSocketWire.connect(bootstrap, to, from, TARGET, new Listener() {
            @Override
            public void onOpen() {
                talk.begin();
            }

            @Override
            public void onFrame(ByteBuf message) {
                talk.hear(message);
            }

            @Override
            public void onClosed(int code, String reason) {
                listener.onClosed(code, closeReason.isEmpty() ? reason : closeReason);
            }
        });
    }

    /**
     * Begins to connect.
     *
     * @param pair by which the two are joined
     * @param end of it: {@code tag} or {@code agent}
     */
    public static BayeuxWire connect(
            Bootstrap bootstrap,
            InetSocketAddress to,
            @Nullable SocketAddress from,
            String pair,
            String end,
            Listener listener) {
        return new BayeuxWire(bootstrap, to, from, BayeuxTalk.Names.of(pair, end), listener);
    }

    private void write(ByteBuf message) {
        ByteBuf array = message.alloc().buffer(message.readableBytes() + 2);
        array.writeByte('[').writeBytes(message).writeByte(']');
        message.release();
        socket.sendText(array);
    }

    @Override
    public void send(ByteBuf frame) {
        write(talk.publish(frame));
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
