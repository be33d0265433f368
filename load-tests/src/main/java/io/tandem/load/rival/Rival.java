package io.tandem.load.rival;

import io.netty.bootstrap.Bootstrap;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.LoadSession;
import io.tandem.load.engine.PlainSession;
import io.tandem.load.engine.SockJsWire;
import io.tandem.load.engine.SocketIoWire;
import io.tandem.load.engine.WebSocketWire;
import io.tandem.load.engine.Wire;
import io.tandem.load.run.Meeting;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The relays that the product is measured beside, each the least that its library allows. */
public enum Rival {
    /** Netty's own WebSocket pipeline, and one handler. */
    BARE_NETTY("bare Netty WebSocket", "BareNettyRelay", null) {
        @Override
        Wire connect(
                Bootstrap bootstrap, InetSocketAddress to, Meeting.Appointment at, String end, Wire.Listener listener) {
            return webSocket(bootstrap, to, at, listener);
        }
    },
    /** The library that most Node servers use. */
    NODE_WS("Node ws", null, "ws-relay.mjs") {
        @Override
        Wire connect(
                Bootstrap bootstrap, InetSocketAddress to, Meeting.Appointment at, String end, Wire.Listener listener) {
            return webSocket(bootstrap, to, at, listener);
        }
    },
    /** What Vert.x offers for networks without WebSocket. */
    VERTX_SOCKJS("Vert.x SockJS", "VertxSockJsRelay", null) {
        @Override
        Wire connect(
                Bootstrap bootstrap, InetSocketAddress to, Meeting.Appointment at, String end, Wire.Listener listener) {
            return SockJsWire.connect(bootstrap, to, at.from(), pairName(at) + "-" + end, listener);
        }
    },
    /** Socket.IO's own server. */
    NODE_SOCKET_IO("Node Socket.IO", null, "socketio-relay.mjs") {
        @Override
        Wire connect(
                Bootstrap bootstrap, InetSocketAddress to, Meeting.Appointment at, String end, Wire.Listener listener) {
            return SocketIoWire.connect(bootstrap, to, at.from(), pairName(at), 0, listener);
        }
    },
    /** Socket.IO on Netty. */
    NETTY_SOCKET_IO("netty-socketio", "NettySocketIoRelay", null) {
        @Override
        Wire connect(
                Bootstrap bootstrap, InetSocketAddress to, Meeting.Appointment at, String end, Wire.Listener listener) {
            return SocketIoWire.connect(bootstrap, to, at.from(), pairName(at), 1, listener);
        }
    };

    private final String words;
    private final @Nullable String mainClass;
    private final @Nullable String script;

    Rival(String words, @Nullable String mainClass, @Nullable String script) {
        this.words = words;
        this.mainClass = mainClass;
        this.script = script;
    }

    abstract Wire connect(
            Bootstrap bootstrap, InetSocketAddress to, Meeting.Appointment at, String end, Wire.Listener listener);

    private static Wire webSocket(
            Bootstrap bootstrap, InetSocketAddress to, Meeting.Appointment at, Wire.Listener listener) {
        WebSocketWire.Target target = new WebSocketWire.Target("/pairs/" + pairName(at), "tandem.v1", null);
        return WebSocketWire.connect(bootstrap, to, at.from(), target, listener);
    }

    private static String pairName(Meeting.Appointment at) {
        return "pair" + at.number();
    }

    /** For reports. */
    public String words() {
        return words;
    }

    /**
     * What starts it on a port of loopback.
     *
     * @param folder of the rivals, built
     * @param jvm options of its JVM, where it has one
     */
    List<String> command(Path folder, List<String> jvm, int port, int loops) {
        if (script != null) {
            return List.of("node", folder.resolve("node").resolve(script).toString(), Integer.toString(port));
        }
        List<String> command = new ArrayList<>(List.of("java"));
        command.addAll(jvm);
        command.addAll(List.of(
                "-cp",
                folder.resolve("target/classes") + ":" + folder.resolve("target/lib") + "/*",
                "io.tandem.rivals." + mainClass,
                Integer.toString(port),
                Integer.toString(loops)));
        return command;
    }

    /** Sessions on this rival, which listens there. */
    Meeting meeting(InetSocketAddress to) {
        return (LoadLoop loop, Bootstrap bootstrap, Meeting.Appointment at) -> {
            String[] ends = {"tag", "agent"};
            int[] next = {0};
            return (LoadSession) PlainSession.open(
                    loop,
                    at.number(),
                    at.phase(),
                    at.recording(),
                    listener -> connect(bootstrap, to, at, ends[next[0]++], listener));
        };
    }
}
