package io.tandem.rivals;

import java.util.HashMap;
import java.util.Map;
import org.cometd.server.AbstractServerTransport;
import org.cometd.server.BayeuxServerImpl;
import org.cometd.server.ext.BinaryExtension;
import org.cometd.server.http.AbstractHttpTransport;
import org.cometd.server.http.JSONHttpTransport;
import org.cometd.server.http.jakarta.CometDServlet;
import org.cometd.server.websocket.common.AbstractWebSocketTransport;
import org.cometd.server.websocket.jetty.JettyWebSocketTransport;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/**
 * The least relay on CometD 8 is none: each end of a pair publishes to a broadcast channel that the other subscribes to, and the server
 * needs no line of its own. Over WebSocket and over long-polling, both on {@code /cometd}.
 *
 * <p>{@code CometdRelay PORT [selectors [binary]]}; {@code binary} adds CometD's extension for binary data, which has the server read
 * and write each payload's text (Z85). Without it the text passes as it came.
 */
public final class CometdRelay {
    private static final String PATH = "/cometd";
    private static final int MAX_MESSAGE_BYTES = 2 << 20;
    private static final int BACKLOG = 1024;

    /** Jetty's own default, of which it takes what it needs. */
    private static final int MOST_THREADS = 200;

    private static final long IDLE_MILLIS = 120_000;

    private CometdRelay() {}

    private static BayeuxServerImpl bayeux(boolean binary, Context context) {
        BayeuxServerImpl bayeux = new BayeuxServerImpl();
        Map<String, Object> options = new HashMap<>();
        options.put(Context.class.getName(), context);
        options.put(AbstractWebSocketTransport.COMETD_URL_MAPPING_OPTION, PATH);
        options.put(AbstractServerTransport.MAX_MESSAGE_SIZE_OPTION, MAX_MESSAGE_BYTES);
        options.put(AbstractWebSocketTransport.IDLE_TIMEOUT_OPTION, IDLE_MILLIS);
        // A generator is thousands of browsers at one address, and keeps no cookies.
        options.put(AbstractHttpTransport.TRUST_CLIENT_SESSION_OPTION, true);
        options.put(AbstractHttpTransport.MAX_SESSIONS_PER_BROWSER_OPTION, -1);
        // Over two connections, only what comes by one of them comes in order.
        options.put("long-polling.json." + AbstractServerTransport.META_CONNECT_DELIVERY_OPTION, true);
        bayeux.setOptions(options);
        bayeux.setTransports(new JettyWebSocketTransport(bayeux), new JSONHttpTransport(bayeux));
        if (binary) {
            bayeux.addExtension(new BinaryExtension());
        }
        return bayeux;
    }

    /** Serves until it is killed. */
    public static void main(String[] arguments) throws Exception {
        int selectors = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        boolean binary = arguments.length > 2 && arguments[2].equals("binary");
        Server server = new Server(new QueuedThreadPool(MOST_THREADS));
        ServerConnector connector = new ServerConnector(server, 1, selectors, new HttpConnectionFactory());
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.parseInt(arguments[0]));
        connector.setAcceptQueueSize(BACKLOG);
        connector.setIdleTimeout(IDLE_MILLIS);
        server.addConnector(connector);

        ServletContextHandler context = new ServletContextHandler("/");
        server.setHandler(context);
        context.insertHandler(WebSocketUpgradeHandler.from(server, context, container -> {
            // One message is one frame, as of the other relays.
            container.setAutoFragment(false);
            container.setMaxFrameSize(MAX_MESSAGE_BYTES);
        }));
        context.setAttribute("org.cometd.bayeux", bayeux(binary, context.getContext()));
        ServletHolder servlet = new ServletHolder(new CometDServlet());
        servlet.setAsyncSupported(true);
        servlet.setInitOrder(1);
        context.addServlet(servlet, PATH + "/*");
        server.start();
        server.join();
    }
}
