package io.tandem.load.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A keep-alive connection of HTTP/1.1 that asks one thing at a time. It expects answers with a length, as the relay's are, or in chunks.
 * On its event loop.
 */
final class HttpLine extends ChannelInboundHandlerAdapter {
    /** Hears what came of a request. */
    interface Listener {
        /** It is connected. */
        void onOpen();

        /** The answer; its body is the listener's only during this call. */
        void onAnswer(int status, ByteBuf body);

        /** Connection and request are gone. Told once, and last. */
        void onBroken(String why);
    }

    private static final int MAX_HEAD_BYTES = 16 << 10;
    private static final String RETRY_AFTER = "\r\nretry-after: ";
    private static final String LENGTH = "\r\ncontent-length: ";
    private static final String IN_CHUNKS = "\r\ntransfer-encoding: chunked";
    private static final int NO_HEAD = -1;
    private static final int UNTIL_LAST_CHUNK = -2;

    private final Listener listener;
    private @Nullable ChannelHandlerContext context;
    private final Remainder remainder = new Remainder();
    private boolean broken;
    private long sentBytes;
    private long receivedBytes;
    private String why = "the connection broke";

    /** Of the answer that is coming: how long its body is, where that is known. */
    private int bodyBytes = NO_HEAD;

    private int status;

    /** What the last answer said of coming again; -1 where it said nothing. */
    private int retryAfterSeconds = -1;

    private HttpLine(Listener listener) {
        this.listener = listener;
    }

    static HttpLine connect(
            Bootstrap bootstrap, InetSocketAddress to, @Nullable SocketAddress from, Listener listener) {
        HttpLine line = new HttpLine(listener);
        bootstrap.clone().handler(line).connect(to, from).addListener(connected -> {
            if (!connected.isSuccess()) {
                line.why = String.valueOf(connected.cause().getMessage());
                line.over();
            }
        });
        return line;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        listener.onOpen();
    }

    /** Asks. The head ends without its empty line and without a length; takes ownership of the body, null for none. */
    void ask(String head, @Nullable ByteBuf body) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || broken) {
            if (body != null) {
                body.release();
            }
            return;
        }
        int length = body == null ? 0 : body.readableBytes();
        ByteBuf out = ctx.alloc().buffer(head.length() + 32 + length);
        out.writeCharSequence(head, StandardCharsets.US_ASCII);
        if (body != null) {
            out.writeCharSequence("Content-Length: " + length + "\r\n\r\n", StandardCharsets.US_ASCII);
            out.writeBytes(body);
            body.release();
        } else {
            out.writeCharSequence("\r\n", StandardCharsets.US_ASCII);
        }
        sentBytes += out.readableBytes();
        ctx.writeAndFlush(out, ctx.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        receivedBytes += ((ByteBuf) message).readableBytes();
        ByteBuf in = remainder.join((ByteBuf) message);
        try {
            if (bodyBytes == NO_HEAD) {
                readHead(in);
            }
            if (bodyBytes == UNTIL_LAST_CHUNK) {
                readChunks(in);
            } else if (bodyBytes >= 0 && in.readableBytes() >= bodyBytes) {
                ByteBuf body = in.readSlice(bodyBytes);
                bodyBytes = NO_HEAD;
                listener.onAnswer(status, body);
            }
            if (!broken) {
                remainder.keep(ctx.alloc(), in, bodyBytes);
            }
        } finally {
            in.release();
        }
    }

    private void readChunks(ByteBuf in) {
        ByteBuf body = Chunks.whole(in);
        if (body != null) {
            bodyBytes = NO_HEAD;
            listener.onAnswer(status, body);
            body.release();
        }
    }

    private void readHead(ByteBuf in) {
        String text = in.toString(
                in.readerIndex(), Math.min(in.readableBytes(), MAX_HEAD_BYTES), StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            if (in.readableBytes() >= MAX_HEAD_BYTES) {
                fail("a head of more than " + MAX_HEAD_BYTES + " bytes");
            }
            return;
        }
        String head = text.substring(0, end).toLowerCase(Locale.ROOT);
        status = Integer.parseInt(head.substring(head.indexOf(' ') + 1).substring(0, 3));
        bodyBytes = head.contains(IN_CHUNKS) ? UNTIL_LAST_CHUNK : Math.max(0, number(head, LENGTH));
        retryAfterSeconds = number(head, RETRY_AFTER);
        in.skipBytes(end + 4);
    }

    private static int number(String head, String name) {
        int at = head.indexOf(name);
        if (at < 0) {
            return -1;
        }
        int stop = head.indexOf('\r', at + name.length());
        return Integer.parseInt(head.substring(at + name.length(), stop < 0 ? head.length() : stop)
                .trim());
    }

    int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    private void fail(String reason) {
        why = reason;
        cut();
    }

    Traffic traffic() {
        return new Traffic(sentBytes, receivedBytes);
    }

    void setReading(boolean on) {
        if (context != null) {
            context.channel().config().setAutoRead(on);
        }
    }

    void cut() {
        if (context != null) {
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        why = String.valueOf(cause.getMessage());
        ctx.close();
    }

    private void over() {
        if (!broken) {
            broken = true;
            remainder.release();
            listener.onBroken(why);
        }
    }
}
