package io.tandem.load.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket from the client's side (RFC 6455), in one handler: masks in place, reads in place, and keeps of what it has read only the
 * beginning of a message that has not come whole. It expects of its server what a well-behaved one does: no fragments, no reserved bits.
 */
public final class WebSocketWire extends ChannelInboundHandlerAdapter implements Wire {
    /** What is asked for. */
    public record Target(
            String path,
            @Nullable String subprotocol,
            @Nullable String origin) {}

    /** An answer to the upgrade that is longer is none. */
    private static final int MAX_ANSWER_BYTES = 16 << 10;

    private static final Pattern STATUS = Pattern.compile("^\\S+ (\\d{3})\\b");
    private static final Pattern RETRY_AFTER = Pattern.compile("(?im)^retry-after: *(\\d{1,6})\\s*$");

    private static final int FIN = 0x80;
    private static final int OPCODE = 0x0F;
    private static final int TEXT = 0x1;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;
    private static final int MASKED = 0x80;
    private static final int SHORT_LENGTH = 126;
    private static final int LONG_LENGTH = 127;
    private static final int MAX_SHORT = 125;
    private static final int MAX_MEDIUM = 0xFFFF;
    private static final int MEDIUM_HEADER_BYTES = 4;
    private static final int LONG_HEADER_BYTES = 10;
    private static final int SHORT_HEADER_BYTES = 2;
    private static final int MASK_BYTES = 4;

    private final Target target;
    private final Listener listener;
    private final int mask = ThreadLocalRandom.current().nextInt();
    private boolean open;
    private boolean closed;
    private boolean flushDue;
    private long sentBytes;
    private long receivedBytes;
    private int closeCode = BROKEN;
    private String closeReason = "the connection broke";
    private @Nullable ChannelHandlerContext context;

    private final Remainder remainder = new Remainder();

    private WebSocketWire(Target target, Listener listener) {
        this.target = target;
        this.listener = listener;
    }

    /**
     * Begins to connect.
     *
     * @param bootstrap with event loop, kind of channel and options; its handler is set here
     * @param from the address to connect from, null for any
     */
    public static WebSocketWire connect(
            Bootstrap bootstrap, InetSocketAddress to, @Nullable SocketAddress from, Target target, Listener listener) {
        WebSocketWire wire = new WebSocketWire(target, listener);
        bootstrap.clone().handler(wire).connect(to, from).addListener(connected -> {
            if (!connected.isSuccess()) {
                wire.closeReason = String.valueOf(connected.cause().getMessage());
                wire.over();
            }
        });
        return wire;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        StringBuilder request = new StringBuilder("GET ")
                .append(target.path())
                .append(" HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
                .append("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        if (target.subprotocol() != null) {
            request.append("Sec-WebSocket-Protocol: ")
                    .append(target.subprotocol())
                    .append("\r\n");
        }
        if (target.origin() != null) {
            request.append("Origin: ").append(target.origin()).append("\r\n");
        }
        ByteBuf bytes = ctx.alloc().buffer();
        bytes.writeCharSequence(request.append("\r\n"), StandardCharsets.US_ASCII);
        ctx.writeAndFlush(bytes, ctx.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        receivedBytes += ((ByteBuf) message).readableBytes();
        ByteBuf in = remainder.join((ByteBuf) message);
        try {
            if (open || opens(in)) {
                while (in.isReadable() && next(in)) {
                    // Message by message.
                }
            }
            if (!closed) {
                remainder.keep(ctx.alloc(), in, in.readableBytes() * 2);
            }
        } finally {
            in.release();
        }
    }

    /** Takes the answer to the upgrade, if all of it is there. */
    private boolean opens(ByteBuf in) {
        String answer = in.toString(StandardCharsets.ISO_8859_1);
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
            if (in.readableBytes() > MAX_ANSWER_BYTES) {
                fail("no answer to the upgrade in " + MAX_ANSWER_BYTES + " bytes");
            }
            return false;
        }
        in.skipBytes(end + 4);
        String status = answer.substring(0, answer.indexOf("\r\n"));
        if (!status.contains(" 101 ")) {
            turnedAway(status, answer.substring(0, end));
            return false;
        }
        open = true;
        listener.onOpen();
        return true;
    }

    private void turnedAway(String statusLine, String head) {
        Matcher status = STATUS.matcher(statusLine);
        Matcher again = RETRY_AFTER.matcher(head);
        if (status.find()) {
            listener.onTurnedAway(
                    Integer.parseInt(status.group(1)), again.find() ? Integer.parseInt(again.group(1)) : -1);
        }
        fail("the upgrade was answered " + statusLine);
    }

    /** Takes the next message, if all of it is there. */
    private boolean next(ByteBuf in) {
        int at = in.readerIndex();
        int readable = in.readableBytes();
        if (readable < SHORT_HEADER_BYTES) {
            return false;
        }
        int first = in.getUnsignedByte(at);
        int length = in.getByte(at + 1);
        int header = SHORT_HEADER_BYTES;
        if (length == SHORT_LENGTH) {
            header = MEDIUM_HEADER_BYTES;
            length = readable < header ? 0 : in.getUnsignedShort(at + SHORT_HEADER_BYTES);
        } else if (length == LONG_LENGTH) {
            header = LONG_HEADER_BYTES;
            length = readable < header ? 0 : (int) in.getLong(at + SHORT_HEADER_BYTES);
        }
        if (length < 0 || (first & FIN) == 0) {
            fail(String.format(Locale.ROOT, "a frame that begins with %02x and has %d bytes", first, length));
            return false;
        }
        if (readable < header + length) {
            return false;
        }
        in.skipBytes(header);
        take(first & OPCODE, in.readSlice(length));
        return !closed;
    }

    private void take(int opcode, ByteBuf payload) {
        switch (opcode) {
            case BINARY, TEXT -> listener.onFrame(payload);
            case PING -> write(PONG, payload.retain());
            case PONG -> {}
            case CLOSE -> {
                closeCode = payload.readableBytes() < Short.BYTES ? 1005 : payload.readUnsignedShort();
                closeReason = payload.toString(StandardCharsets.UTF_8);
                cut();
            }
            default -> fail("a message of kind " + opcode);
        }
    }

    private void fail(String why) {
        closeReason = why;
        cut();
    }

    @Override
    public void send(ByteBuf frame) {
        write(BINARY, frame);
    }

    /** Sends a text message; takes ownership of it. */
    public void sendText(ByteBuf text) {
        write(TEXT, text);
    }

    private void write(int opcode, ByteBuf payload) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || closed || !open) {
            payload.release();
            return;
        }
        int length = payload.readableBytes();
        ByteBuf out = ctx.alloc().buffer(LONG_HEADER_BYTES + MASK_BYTES + length);
        out.writeByte(FIN | opcode);
        if (length <= MAX_SHORT) {
            out.writeByte(MASKED | length);
        } else if (length <= MAX_MEDIUM) {
            out.writeByte(MASKED | SHORT_LENGTH).writeShort(length);
        } else {
            out.writeByte(MASKED | LONG_LENGTH).writeLong(length);
        }
        out.writeInt(mask);
        int from = out.writerIndex();
        out.writeBytes(payload);
        payload.release();
        mask(out, from, length);
        sentBytes += out.readableBytes();
        ctx.write(out, ctx.voidPromise());
        if (!flushDue) {
            flushDue = true;
            ctx.executor().execute(this::flush);
        }
    }

    private void flush() {
        flushDue = false;
        if (context != null) {
            context.flush();
        }
    }

    private void mask(ByteBuf out, int from, int length) {
        long wide = (long) mask << Integer.SIZE | (mask & 0xFFFF_FFFFL);
        int at = from;
        int end = from + length;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            out.setLong(at, out.getLong(at) ^ wide);
        }
        for (int i = 0; at < end; at++, i++) {
            out.setByte(at, out.getByte(at) ^ (int) (wide >>> (56 - 8 * i)));
        }
    }

    @Override
    public long waitingBytes() {
        ChannelHandlerContext ctx = context;
        ChannelOutboundBuffer buffer =
                ctx == null ? null : ctx.channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    public Traffic traffic() {
        return new Traffic(sentBytes, receivedBytes);
    }

    @Override
    public void setReading(boolean on) {
        if (context != null) {
            context.channel().config().setAutoRead(on);
        }
    }

    @Override
    public void cut() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        closeReason = String.valueOf(cause.getMessage());
        ctx.close();
    }

    private void over() {
        if (!closed) {
            closed = true;
            remainder.release();
            listener.onClosed(closeCode, closeReason);
        }
    }
}
