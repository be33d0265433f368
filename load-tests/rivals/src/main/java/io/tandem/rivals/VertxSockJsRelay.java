package io.tandem.rivals;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The least relay on Vert.x's SockJS handler: the first message names the pair, and each further one goes to the other socket of that name.
 *
 * <p>{@code VertxSockJsRelay PORT [event loops]}
 */
public final class VertxSockJsRelay extends AbstractVerticle {
    private static final int MAX_MESSAGE_BYTES = 2 << 20;
    private static final Map<String, Side> WAITING = new ConcurrentHashMap<>();

    private final int port;

    private VertxSockJsRelay(int port) {
        this.port = port;
    }

    /** One socket, and the other of its pair. */
    private static final class Side {
        private final SockJSSocket socket;
        private volatile Side peer;
        private boolean joined;

        Side(SockJSSocket socket) {
            this.socket = socket;
        }

        void hear(Buffer message) {
            if (joined) {
                Side to = peer;
                if (to != null) {
                    to.socket.write(message);
                }
                return;
            }
            joined = true;
            Side first = WAITING.putIfAbsent(message.toString(), this);
            if (first != null) {
                WAITING.remove(message.toString());
                peer = first;
                first.peer = this;
            }
            socket.write("joined");
        }
    }

    @Override
    public void start() {
        Router router = Router.router(vertx);
        SockJSHandler handler =
                SockJSHandler.create(vertx, new SockJSHandlerOptions().setMaxBytesStreaming(MAX_MESSAGE_BYTES));
        router.route("/sockjs/*").subRouter(handler.socketHandler(socket -> {
            Side side = new Side(socket);
            socket.handler(side::hear);
            socket.endHandler(ended -> {
                Side to = side.peer;
                if (to != null) {
                    to.socket.close();
                }
            });
        }));
        vertx.createHttpServer(new io.vertx.core.http.HttpServerOptions()
                        .setMaxWebSocketFrameSize(MAX_MESSAGE_BYTES)
                        .setMaxWebSocketMessageSize(MAX_MESSAGE_BYTES)
                        .setPerMessageWebSocketCompressionSupported(false)
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setTcpNoDelay(true))
                .requestHandler(router)
                .listen(port, "127.0.0.1");
    }

    /** Serves until it is killed. */
    public static void main(String[] arguments) {
        int loops = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        Vertx.vertx()
                .deployVerticle(
                        () -> new VertxSockJsRelay(Integer.parseInt(arguments[0])),
                        new DeploymentOptions().setInstances(loops));
    }
}
