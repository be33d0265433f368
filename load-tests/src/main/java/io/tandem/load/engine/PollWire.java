package io.tandem.load.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A long-poll carrier from the client's side (protocol, section 5.2): two connections, one that asks for frames and one that brings them. */
public final class PollWire implements Wire {
    private static final int FRAME = 1;
    private static final int CLOSE = 2;
    private static final int TOKEN = 3;
    private static final int RECORD_HEADER_BYTES = 4;
    private static final int OK = 200;
    private static final int NOTHING = 204;

    /** What one POST brings at most, beyond its first frame. */
    private static final int BODY_BYTES = 256 << 10;

    private final String path;
    private final String head;
    private final Listener listener;
    private final ByteBufAllocator allocator;
    private final Queue<ByteBuf> waiting = new ArrayDeque<>();
    private final HttpLine down;
    private final HttpLine up;
    private int linesOpen;
    private long waitingBytes;
    private boolean opening;
    private boolean posting;
    private boolean over;
    private int gets;
    private int posts;

    /** Null until the relay has given it. */
    private @Nullable String token;

    private PollWire(
            Bootstrap bootstrap,
            InetSocketAddress to,
            @Nullable SocketAddress from,
            String sessionId,
            @Nullable String origin,
            Listener listener) {
        this.path = "/v1/sessions/" + sessionId + "/poll HTTP/1.1\r\nHost: relay\r\n";
        this.head = origin == null ? "" : "Origin: " + origin + "\r\n";
        this.listener = listener;
        this.allocator = ByteBufAllocator.DEFAULT;
        this.down = HttpLine.connect(bootstrap, to, from, new HttpLine.Listener() {
            @Override
            public void onOpen() {
                onLineOpen();
            }

            @Override
            public void onAnswer(int status, ByteBuf body) {
                onDown(status, body);
            }

            @Override
            public void onBroken(String why) {
                end(BROKEN, why);
            }
        });
        this.up = HttpLine.connect(bootstrap, to, from, new HttpLine.Listener() {
            @Override
            public void onOpen() {
                onLineOpen();
            }

            @Override
            public void onAnswer(int status, ByteBuf body) {
                onUp(status);
            }

            @Override
            public void onBroken(String why) {
                end(BROKEN, why);
            }
        });
    }

    /** Begins to connect; the first frame that is sent opens the carrier, and has to be HELLO. */
    public static PollWire connect(
            Bootstrap bootstrap,
            InetSocketAddress to,
            @Nullable SocketAddress from,
            String sessionId,
            @Nullable String origin,
            Listener listener) {
        return new PollWire(bootstrap, to, from, sessionId, origin, listener);
    }

    private void onLineOpen() {
        linesOpen++;
        if (linesOpen == 2) {
            listener.onOpen();
        }
    }

    private void onDown(int status, ByteBuf body) {
        if (status != OK && status != NOTHING) {
            if (token == null && !over) {
                listener.onTurnedAway(status, down.retryAfterSeconds());
            }
            end(BROKEN, "a GET was answered " + status);
            return;
        }
        while (!over && body.readableBytes() >= RECORD_HEADER_BYTES) {
            int kind = body.readUnsignedByte();
            ByteBuf record = body.readSlice(body.readUnsignedMedium());
            switch (kind) {
                case FRAME -> listener.onFrame(record);
                case TOKEN -> {
                    token = record.toString(StandardCharsets.US_ASCII);
                    post();
                }
                case CLOSE -> end(record.readUnsignedShort(), record.toString(StandardCharsets.UTF_8));
                default -> end(BROKEN, "a record of kind " + kind);
            }
        }
        if (!over) {
            gets++;
            down.ask("GET " + path + head + credentials(gets), null);
        }
    }

    private String credentials(int number) {
        return "Tandem-Token: " + token + "\r\nTandem-Request: " + number + "\r\n";
    }

    private void onUp(int status) {
        posting = false;
        if (status == NOTHING) {
            post();
        } else {
            end(BROKEN, "a POST was answered " + status);
        }
    }

    @Override
    public void send(ByteBuf frame) {
        if (over) {
            frame.release();
            return;
        }
        waiting.add(frame);
        waitingBytes += frame.readableBytes();
        post();
    }

    private void post() {
        if (over || posting || waiting.isEmpty()) {
            return;
        }
        if (!opening) {
            opening = true;
            down.ask("POST " + path + head + "Content-Type: application/octet-stream\r\n", body(1));
        } else if (token != null) {
            posting = true;
            posts++;
            up.ask(
                    "POST " + path + head + "Content-Type: application/octet-stream\r\n" + credentials(posts),
                    body(Integer.MAX_VALUE));
        }
    }

    private ByteBuf body(int mostFrames) {
        ByteBuf body = allocator.buffer();
        for (int i = 0; i < mostFrames && !waiting.isEmpty() && body.readableBytes() < BODY_BYTES; i++) {
            ByteBuf frame = waiting.remove();
            waitingBytes -= frame.readableBytes();
            body.writeByte(FRAME).writeMedium(frame.readableBytes()).writeBytes(frame);
            frame.release();
        }
        return body;
    }

    @Override
    public long waitingBytes() {
        return waitingBytes;
    }

    @Override
    public Traffic traffic() {
        Traffic answers = down.traffic();
        Traffic requests = up.traffic();
        return new Traffic(answers.upBytes() + requests.upBytes(), answers.downBytes() + requests.downBytes());
    }

    @Override
    public void setReading(boolean on) {
        down.setReading(on);
    }

    @Override
    public void cut() {
        end(BROKEN, "cut");
    }

    private void end(int code, String reason) {
        if (!over) {
            over = true;
            waiting.forEach(ByteBuf::release);
            waiting.clear();
            down.cut();
            up.cut();
            listener.onClosed(code, reason);
        }
    }
}
