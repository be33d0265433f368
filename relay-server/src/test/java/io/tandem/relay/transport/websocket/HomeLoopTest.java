package io.tandem.relay.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.socket.NioListener;
import io.tandem.relay.metering.CarrierMeters;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.session.ChannelIngress;
import io.tandem.relay.session.ChannelRequest;
import io.tandem.relay.session.Outlet;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that a real server accepts on some event loop, and that belong on another. */
class HomeLoopTest {
    private static final int LOOPS = 3;
    private static final int CONNECTIONS = 24;
    private static final int MESSAGES = 500;

    /** An answer that waits for a flush which does not come fails the test. */
    private static final int ANSWER_MILLIS = 10_000;

    private static final int ANSWER_HEADER = 0x820A;
    private static final int ANSWER_BYTES = 12;
    private static final String DIGITS = "0123456789abcdefghjkmnpq";

    private final MultiThreadIoEventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(LOOPS, new DefaultThreadFactory("home"), NioIoHandler.newFactory());
    private final List<EventLoop> homes = new ArrayList<>();
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Set<Channel> accepted = ConcurrentHashMap.newKeySet();
    private final AtomicInteger offLoop = new AtomicInteger();
    private Channel listener;

    /** What one connection's session heard; answers each frame with itself. */
    private final class Session implements ChannelIngress {
        private final EventLoop home;
        private final Outlet outlet;
        private final List<Integer> heard = new CopyOnWriteArrayList<>();
        private final AtomicInteger closed = new AtomicInteger();

        Session(EventLoop home, Outlet outlet) {
            this.home = home;
            this.outlet = outlet;
        }

        private void check() {
            if (!home.inEventLoop()) {
                offLoop.incrementAndGet();
            }
        }

        @Override
        public void onFrame(ByteBuf frame, int carriedBytes) {
            check();
            heard.add(frame.getInt(frame.readerIndex()));
            outlet.write(frame);
        }

        @Override
        public void onCarried(int carriedBytes) {
            check();
        }

        @Override
        public void onWritabilityChanged(boolean writable) {
            check();
        }

        @Override
        public void onClosed() {
            check();
            closed.incrementAndGet();
        }
    }

    @BeforeEach
    void listen() {
        loops.forEach(loop -> homes.add((EventLoop) loop));
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioListener.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accepted.add(channel);
                        channel.pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        new ChannelUpgrade(
                                                gate,
                                                HomeLoopTest.this::home,
                                                CarrierLimits.DEFAULTS,
                                                Set.of(CarrierKind.WEBSOCKET),
                                                new WebSocketConnections()));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    @AfterEach
    void stop() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final ChannelGate gate = new ChannelGate() {
        private final CarrierMeters meters = new CarrierMeters(new SimpleMeterRegistry());

        @Override
        public CarrierMeters carrierMeters() {
            return meters;
        }

        @Override
        public ChannelIngress open(ChannelRequest request, Outlet outlet) {
            return HomeLoopTest.this.open(request, outlet);
        }
    };

    private EventLoop home(String sessionId) {
        return homes.get(Math.floorMod(sessionId.hashCode(), LOOPS));
    }

    private ChannelIngress open(ChannelRequest request, Outlet outlet) {
        Session session = new Session(home(request.sessionId()), outlet);
        session.check();
        sessions.put(request.sessionId(), session);
        return session;
    }

    private static String id(int number) {
        return "0123456789abcdefghjkmnpqr" + DIGITS.charAt(number);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.localAddress()).getPort()));
        return socket;
    }

    private static void request(ByteBuf to, int number) {
        to.writeCharSequence(
                "GET /v1/sessions/" + id(number) + "/channel HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + "Sec-WebSocket-Protocol: tandem.v1\r\nOrigin: https://shop.example\r\n\r\n",
                StandardCharsets.US_ASCII);
    }

    private static void messages(ByteBuf to, int first, int last) {
        for (int i = first; i <= last; i++) {
            ByteBuf message = WireBytes.message(
                    new byte[] {(byte) (i >>> 24), (byte) (i >>> 16), (byte) (i >>> 8), (byte) i, 0, 0, 0, 0, 0, 0});
            to.writeBytes(message);
            message.release();
        }
    }

    /** What the session wrote back, of which nothing is left unflushed. */
    private static List<Integer> readAnswers(InputStream in) throws IOException {
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            head += (char) in.read();
        }
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            ByteBuf answer = Unpooled.wrappedBuffer(in.readNBytes(ANSWER_BYTES));
            assertThat(answer.readUnsignedShort()).isEqualTo(ANSWER_HEADER);
            answers.add(answer.readInt());
        }
        return answers;
    }

    private static void send(Socket socket, ByteBuf bytes) throws IOException {
        socket.getOutputStream().write(ByteBufUtil.getBytes(bytes));
        bytes.clear();
    }

    @Test
    void shouldDealWithAllThatAConnectionSaysOnItsSessionsLoopAndInOrder() throws IOException {
        List<Socket> sockets = new ArrayList<>();
        ByteBuf bytes = Unpooled.buffer();
        for (int i = 0; i < CONNECTIONS; i++) {
            Socket socket = connect();
            socket.setSoTimeout(ANSWER_MILLIS);
            sockets.add(socket);
            // Some speak at once, as no browser does, so that their connection moves with something in its hands.
            request(bytes, i);
            messages(bytes, 1, i % 2 == 0 ? 3 : 0);
            send(socket, bytes);
            messages(bytes, i % 2 == 0 ? 4 : 1, MESSAGES);
            send(socket, bytes);
        }
        for (int i = 0; i < CONNECTIONS; i++) {
            InputStream in = sockets.get(i).getInputStream();
            String answer = new String(in.readNBytes(4), StandardCharsets.US_ASCII);
            assertThat(answer).isEqualTo("HTTP");
            int number = i;
            await().until(() -> sessions.containsKey(id(number)));
            Session session = Objects.requireNonNull(sessions.get(id(i)));
            await().until(() -> session.heard.size() == MESSAGES);
            assertThat(session.heard).isSorted().startsWith(1).endsWith(MESSAGES);
            assertThat(readAnswers(in)).isSorted().startsWith(1).endsWith(MESSAGES);
        }
        assertThat(accepted).allMatch(channel -> homes.contains(channel.eventLoop()));
        for (int i = 0; i < CONNECTIONS; i++) {
            sockets.get(i).close();
            Session session = Objects.requireNonNull(sessions.get(id(i)));
            await().until(() -> session.closed.get() == 1);
        }
        assertThat(offLoop).hasValue(0);
    }

    @Test
    void shouldTellWhoIsBroughtThereThatTheNodeStops() throws IOException {
        ByteBuf bytes = Unpooled.buffer();
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Socket socket = connect();
            sockets.add(socket);
            request(bytes, i);
            send(socket, bytes);
        }
        await().until(() -> accepted.size() == CONNECTIONS && accepted.stream().allMatch(ChannelUpgrade::isUpgraded));
        accepted.forEach(ChannelUpgrade::goAway);
        for (Socket socket : sockets) {
            String said = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(said).contains("HTTP/1.1 101", "the node stops");
            socket.close();
        }
        assertThat(offLoop).hasValue(0);
    }

    @Test
    void shouldForgetWhoGoesWhileItIsBroughtThere() throws IOException {
        ByteBuf bytes = Unpooled.buffer();
        for (int i = 0; i < CONNECTIONS; i++) {
            try (Socket socket = connect()) {
                socket.setSoLinger(true, 0);
                request(bytes, i);
                messages(bytes, 1, 3);
                send(socket, bytes);
            }
        }
        await().until(() -> accepted.stream().noneMatch(Channel::isOpen));
        await().until(() -> sessions.values().stream().allMatch(session -> session.closed.get() == 1));
        assertThat(offLoop).hasValue(0);
    }
}
