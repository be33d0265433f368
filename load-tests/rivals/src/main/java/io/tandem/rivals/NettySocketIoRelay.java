package io.tandem.rivals;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOClient;
import com.corundumstudio.socketio.SocketIOServer;
import com.corundumstudio.socketio.Transport;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The least relay on netty-socketio: {@code join} names the pair, and each {@code f} goes to the other client of that name.
 *
 * <p>{@code NettySocketIoRelay PORT [event loops]}
 */
public final class NettySocketIoRelay {
    private static final int MAX_MESSAGE_BYTES = 1 << 20;
    private static final String PEER = "peer";
    private static final Map<String, SocketIOClient> WAITING = new ConcurrentHashMap<>();

    private NettySocketIoRelay() {}

    private static void join(SocketIOClient client, String name) {
        SocketIOClient first = WAITING.putIfAbsent(name, client);
        if (first != null) {
            WAITING.remove(name);
            client.set(PEER, first);
            first.set(PEER, client);
        }
        client.sendEvent("joined");
    }

    /** Serves until it is killed. */
    public static void main(String[] arguments) throws InterruptedException {
        Configuration config = new Configuration();
        config.setHostname("127.0.0.1");
        config.setPort(Integer.parseInt(arguments[0]));
        config.setBossThreads(1);
        config.setWorkerThreads(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1);
        config.setTransports(Transport.WEBSOCKET);
        config.setMaxFramePayloadLength(MAX_MESSAGE_BYTES);
        config.setWebsocketCompression(false);
        config.getSocketConfig().setTcpNoDelay(true);
        SocketIOServer server = new SocketIOServer(config);
        server.addEventListener("join", String.class, (client, name, ack) -> join(client, name));
        server.addEventListener("f", byte[].class, (client, frame, ack) -> {
            SocketIOClient peer = client.get(PEER);
            if (peer != null) {
                peer.sendEvent("f", frame);
            }
        });
        server.addDisconnectListener(client -> {
            SocketIOClient peer = client.get(PEER);
            if (peer != null) {
                peer.disconnect();
            }
        });
        server.start();
        Thread.currentThread().join();
    }
}
