package io.tandem.load.rival;

import io.netty.bootstrap.Bootstrap;
import io.tandem.load.engine.BayeuxPollWire;
import io.tandem.load.engine.BayeuxWire;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.LoadSession;
import io.tandem.load.engine.PlainSession;
import io.tandem.load.engine.SockJsWire;
import io.tandem.load.engine.SocketIoWire;
import io.tandem.load.engine.WebSocketWire;
import io.tandem.load.engine.Wire;
import io.tandem.load.run.Meeting;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The relays that the product is measured beside, each the least that its library allows. */
public enum Rival {
    /** Netty's own WebSocket pipeline, and one handler. */
    BARE_NETTY("bare Netty WebSocket", "BareNettyRelay", null) {
        @Override
        Wire connect(Call call) {
            return call.webSocket();
        }
    },
    /** The library that most Node servers use. */
    NODE_WS("Node ws", null, "ws-relay.mjs") {
        @Override
        Wire connect(Call call) {
            return call.webSocket();
        }
    },
    /** What Vert.x offers for networks without WebSocket. */
    VERTX_SOCKJS("Vert.x SockJS", "VertxSockJsRelay", null) {
        @Override
        Wire connect(Call call) {
            return SockJsWire.connect(
                    call.bootstrap(), call.to(), call.from(), call.pair() + "-" + call.end(), call.listener());
        }
    },
    /** Socket.IO's own server. */
    NODE_SOCKET_IO("Node Socket.IO", null, "socketio-relay.mjs") {
        @Override
        Wire connect(Call call) {
            return SocketIoWire.connect(call.bootstrap(), call.to(), call.from(), call.pair(), 0, call.listener());
        }
    },
    /** Socket.IO on Netty. */
    NETTY_SOCKET_IO("netty-socketio", "NettySocketIoRelay", null) {
        @Override
        Wire connect(Call call) {
            return SocketIoWire.connect(call.bootstrap(), call.to(), call.from(), call.pair(), 1, call.listener());
        }
    },
    /** CometD as its documentation has binary data sent: its extension reads and writes each payload's text. */
    COMETD_BINARY("CometD, binary extension", "CometdRelay", null) {
        @Override
        Wire connect(Call call) {
            return call.bayeux();
        }

        @Override
        boolean polls() {
            return true;
        }

        @Override
        List<String> arguments() {
            return List.of("binary");
        }
    },
    /** CometD that passes the payload's text as it came: the least that it can do. */
    COMETD("CometD", "CometdRelay", null) {
        @Override
        Wire connect(Call call) {
            return call.bayeux();
        }

        @Override
        boolean polls() {
            return true;
        }
    };

    /** One end's connection, to be begun. */
    record Call(
            Bootstrap bootstrap,
            InetSocketAddress to,
            @Nullable SocketAddress from,
            Transport transport,
            String pair,
            String end,
            Wire.Listener listener) {
        Wire webSocket() {
            WebSocketWire.Target target = new WebSocketWire.Target("/pairs/" + pair, "tandem.v1", null);
            return WebSocketWire.connect(bootstrap, to, from, target, listener);
        }

        Wire bayeux() {
            return transport == Transport.WEBSOCKET
                    ? BayeuxWire.connect(bootstrap, to, from, pair, end, listener)
                    : BayeuxPollWire.connect(bootstrap, to, from, pair, end, listener);
        }
    }

    private final String words;
    private final @Nullable String mainClass;
    private final @Nullable String script;

    Rival(String words, @Nullable String mainClass, @Nullable String script) {
        this.words = words;
        this.mainClass = mainClass;
        this.script = script;
    }

    abstract Wire connect(Call call);

    /** Whether it can be reached without WebSocket here. */
    boolean polls() {
        return false;
    }

    /** Further arguments of its program. */
    List<String> arguments() {
        return List.of();
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
        command.addAll(arguments());
        return command;
    }

    /** Sessions on this rival, which listens there. */
    Meeting meeting(InetSocketAddress to, Transport transport) {
        return (LoadLoop loop, Bootstrap bootstrap, Meeting.Appointment at) -> {
            String[] ends = {"tag", "agent"};
            int[] next = {0};
            return (LoadSession) PlainSession.open(
                    loop,
                    at.number(),
                    at.phase(),
                    at.recording(),
                    listener -> connect(new Call(
                            bootstrap, to, at.from(), transport, "pair" + at.number(), ends[next[0]++], listener)));
        };
    }
}
