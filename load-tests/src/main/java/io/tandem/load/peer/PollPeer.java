package io.tandem.load.peer;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A peer over long-polling: one connection for its GETs and one for its POSTs. All state belongs to its event loop. */
final class PollPeer extends Peer {
    private static final int FRAME = 1;
    private static final int CLOSE = 2;
    private static final int TOKEN = 3;

    /** The relay's largest answer: 256 KiB and a frame, with room for headers of records. */
    private static final int ANSWER_BYTES = 2 << 20;

    /** A POST takes no further message beyond this; with the largest frame it is still what the relay takes. */
    private static final int POST_BYTES = 32 << 10;

    private final Inbox inbox;
    private final EventLoop loop;
    private final String path;
    private final @Nullable String origin;
    private final Connection down;
    private final Connection up;
    private final Queue<byte[]> outgoing = new ArrayDeque<>();

    /** Bytes of messages that no POST has taken along yet. */
    private final AtomicInteger waiting = new AtomicInteger();

    private @Nullable String token;
    private boolean opening;
    private boolean reading = true;
    private int gets;
    private int posts;

    private PollPeer(
            Inbox inbox,
            EventLoop loop,
            InetSocketAddress relay,
            String sessionId,
            @Nullable String origin,
            SocketBuffers buffers) {
        super(inbox);
        this.inbox = inbox;
        this.loop = loop;
        this.path = "/v1/sessions/" + sessionId + "/poll";
        this.origin = origin;
        this.down = new Connection(relay, buffers);
        this.up = new Connection(relay, buffers);
    }

    /** Connects; the channel opens with the first message. */
    static PollPeer connect(
            EventLoopGroup loops,
            InetSocketAddress relay,
            String sessionId,
            @Nullable String origin,
            SocketBuffers buffers) {
        return new PollPeer(new Inbox(), loops.next(), relay, sessionId, origin, buffers);
    }

    /** A connection that is kept alive, with one request at a time. */
    private final class Connection extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final Channel channel;

        /** Takes the answer to the request that is on its way; null where none is. */
        private @Nullable Consumer<FullHttpResponse> answered;

        Connection(InetSocketAddress relay, SocketBuffers buffers) {
            channel = buffers.applyTo(new Bootstrap())
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel fresh) {
                            fresh.pipeline()
                                    .addLast(new HttpClientCodec())
                                    .addLast(new HttpObjectAggregator(ANSWER_BYTES))
                                    .addLast(Connection.this);
                        }
                    })
                    .connect(relay)
                    .syncUninterruptibly()
                    .channel();
        }

        boolean isBusy() {
            return answered != null;
        }

        void request(HttpMethod method, int number, ByteBuf body, Consumer<FullHttpResponse> onAnswer) {
            FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, path, body);
            request.headers()
                    .set(HttpHeaderNames.HOST, "relay")
                    .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
            if (origin != null) {
                request.headers().set(HttpHeaderNames.ORIGIN, origin);
            }
            if (token != null) {
                request.headers().set("Tandem-Token", token).set("Tandem-Request", number);
            }
            answered = onAnswer;
            channel.writeAndFlush(request);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
            Consumer<FullHttpResponse> waiting = answered;
            answered = null;
            if (waiting != null) {
                waiting.accept(response);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (answered != null) {
                inbox.close(Closed.WITHOUT_CLOSE, "a connection ended before its answer");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    @Override
    public void sendMessage(byte[] message) {
        waiting.addAndGet(message.length);
        loop.execute(() -> {
            outgoing.add(message);
            post();
        });
    }

    @Override
    public boolean isWritable() {
        return waiting.get() < POST_BYTES;
    }

    private void post() {
        if (outgoing.isEmpty() || opening || up.isBusy() || inbox.isClosed()) {
            return;
        }
        if (token == null) {
            opening = true;
            ByteBuf hello = Unpooled.buffer();
            writeRecord(hello, next());
            up.request(HttpMethod.POST, 0, hello, this::onOpened);
            return;
        }
        ByteBuf body = Unpooled.buffer();
        while (!outgoing.isEmpty() && body.readableBytes() < POST_BYTES) {
            writeRecord(body, next());
        }
        up.request(HttpMethod.POST, ++posts, body, response -> post());
    }

    private byte[] next() {
        byte[] message = outgoing.remove();
        waiting.addAndGet(-message.length);
        return message;
    }

    private static void writeRecord(ByteBuf out, byte[] message) {
        out.writeByte(FRAME).writeMedium(message.length).writeBytes(message);
    }

    private void onOpened(FullHttpResponse response) {
        opening = false;
        take(response);
        post();
    }

    private void get() {
        if (reading && !down.isBusy() && !inbox.isClosed()) {
            down.request(HttpMethod.GET, ++gets, Unpooled.EMPTY_BUFFER, this::take);
        }
    }

    private void take(FullHttpResponse response) {
        if (response.status().equals(HttpResponseStatus.OK)) {
            takeRecords(response.content());
        } else if (!response.status().equals(HttpResponseStatus.NO_CONTENT)) {
            inbox.close(Closed.WITHOUT_CLOSE, "answered " + response.status());
        }
        get();
    }

    private void takeRecords(ByteBuf body) {
        while (body.isReadable()) {
            int kind = body.readUnsignedByte();
            ByteBuf record = body.readSlice(body.readUnsignedMedium());
            switch (kind) {
                case FRAME -> {
                    if (!inbox.keep(record)) {
                        reading = false;
                    }
                }
                case CLOSE -> inbox.close(record.readUnsignedShort(), record.toString(StandardCharsets.UTF_8));
                case TOKEN -> token = record.toString(StandardCharsets.US_ASCII);
                default -> throw new IllegalStateException("a record of kind " + kind);
            }
        }
    }

    @Override
    public void setReading(boolean on) {
        loop.execute(() -> {
            reading = on;
            down.channel.config().setAutoRead(on);
            get();
        });
    }

    @Override
    public void close() {
        down.channel.close().syncUninterruptibly();
        up.channel.close().syncUninterruptibly();
    }
}
