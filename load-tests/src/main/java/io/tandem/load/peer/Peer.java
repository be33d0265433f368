package io.tandem.load.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection to a channel. Frames that come are kept, in order, until somebody takes them; sending never blocks.
 * Any thread may call it but its own event loop's.
 */
public final class Peer implements AutoCloseable {
    /** A peer whose owner takes nothing stops reading here, so that a forgotten one cannot fill the memory. */
    private static final int INBOX_FRAMES = 100_000;

    private static final int HTTP_BYTES = 16 << 10;

    /** Longer than anything on one machine takes, however busy it is. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Channel channel;
    private final BlockingQueue<Received> inbox;
    private final CompletableFuture<Closed> closed;

    private Peer(Channel channel, BlockingQueue<Received> inbox, CompletableFuture<Closed> closed) {
        this.channel = channel;
        this.inbox = inbox;
        this.closed = closed;
    }

    /** Opens the channel of a session, as a page of this origin would, or without one. */
    public static Peer connect(
            EventLoopGroup loops, InetSocketAddress relay, String sessionId, @Nullable String origin) {
        BlockingQueue<Received> inbox = new ArrayBlockingQueue<>(INBOX_FRAMES);
        CompletableFuture<Closed> closed = new CompletableFuture<>();
        PeerInbox handler = new PeerInbox(inbox, closed);
        Channel channel = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel fresh) {
                        fresh.pipeline()
                                .addLast(new HttpClientCodec())
                                .addLast(new HttpObjectAggregator(HTTP_BYTES))
                                .addLast(new WebSocketClientProtocolHandler(webSocket(relay, sessionId, origin)))
                                .addLast(handler);
                    }
                })
                .connect(relay)
                .syncUninterruptibly()
                .channel();
        get(handler.opened());
        return new Peer(channel, inbox, closed);
    }

    private static WebSocketClientProtocolConfig webSocket(
            InetSocketAddress relay, String sessionId, @Nullable String origin) {
        HttpHeaders headers = new DefaultHttpHeaders();
        if (origin != null) {
            headers.set(HttpHeaderNames.ORIGIN, origin);
        }
        return WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(URI.create("ws://" + relay.getHostString() + ":" + relay.getPort() + "/v1/sessions/"
                        + sessionId + "/channel"))
                .version(WebSocketVersion.V13)
                .subprotocol("tandem.v1")
                .customHeaders(headers)
                .generateOriginHeader(false)
                .maxFramePayloadLength(FrameHeader.MAX_FRAME_BYTES)
                .handleCloseFrames(false)
                .build();
    }

    /** Sends a frame. */
    public void send(FrameType type, int flags, int epoch, long sequence, byte[] payload) {
        ByteBuf frame = Unpooled.buffer(FrameHeader.LENGTH_BYTES + payload.length);
        FrameHeader.write(frame, type, flags, 0, epoch, sequence);
        channel.writeAndFlush(new BinaryWebSocketFrame(frame.writeBytes(payload)));
    }

    /** Sends a control frame. */
    public void send(FrameType type, String json) {
        send(type, FrameHeader.NO_FLAGS, 0, 0, json.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a message that need not be a frame. */
    public void sendMessage(byte[] message) {
        channel.writeAndFlush(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(message)));
    }

    /** Sends a ping of the carrier. */
    public void ping(byte[] payload) {
        channel.writeAndFlush(new PingWebSocketFrame(Unpooled.wrappedBuffer(payload)));
    }

    /** Stops or goes on reading, as a client that is slow or suspended. */
    public void setReading(boolean on) {
        channel.config().setAutoRead(on);
    }

    /** Takes frames, and passes over others, until one of this type comes. */
    public Received await(FrameType type) {
        return await(type + "", received -> received.is(type));
    }

    /** Takes frames, and passes over others, until one is as wanted. */
    public Received await(String wanted, Predicate<Received> isWanted) {
        StringBuilder others = new StringBuilder();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Received received = poll(end - System.nanoTime());
            if (received == null) {
                throw new IllegalStateException(
                        "no " + wanted + " came; there came" + (others.isEmpty() ? " nothing" : others) + closing());
            }
            if (isWanted.test(received)) {
                return received;
            }
            others.append("\n  ").append(received);
        }
    }

    private @Nullable Received poll(long nanos) {
        try {
            return inbox.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a frame", e);
        }
    }

    private String closing() {
        return closed.isDone() ? "\n  and " + closed.join() : "";
    }

    /** How the relay closed the connection; waits for it. */
    public Closed awaitClosed() {
        return get(closed);
    }

    /** Whether the connection still stands. */
    public boolean isOpen() {
        return channel.isActive();
    }

    private static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the relay did not answer as it should", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the relay", e);
        }
    }

    /** Breaks the connection as a network would: without a word. */
    @Override
    public void close() {
        channel.close().syncUninterruptibly();
    }
}
