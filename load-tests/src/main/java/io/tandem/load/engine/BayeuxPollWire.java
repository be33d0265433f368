package io.tandem.load.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Bayeux over long-polling: one connection on which a request waits for what comes, and one that brings what is said meanwhile. */
public final class BayeuxPollWire implements Wire {
    private static final String POST =
            "POST /cometd/ HTTP/1.1\r\nHost: relay\r\nContent-Type: application/json;charset=UTF-8\r\n";
    private static final int OK = 200;

    /** What one POST brings at most, beyond its first message. */
    private static final int BODY_BYTES = 256 << 10;

    private final BayeuxTalk talk;
    private final Listener listener;
    private final HttpLine down;
    private final HttpLine up;
    private final Queue<ByteBuf> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private int linesOpen;
    private boolean posting;
    private boolean over;

    private BayeuxPollWire(
            Bootstrap bootstrap,
            InetSocketAddress to,
            @Nullable SocketAddress from,
            BayeuxTalk.Names names,
            Listener listener) {
        this.listener = listener;
        this.talk = new BayeuxTalk("long-polling", names, listener, new BayeuxTalk.Carrier() {
            @Override
            public void say(ByteBuf message) {
                post(message);
            }

            @Override
            public void connect(ByteBuf message) {
                poll(message);
            }

            @Override
            public void fail(String why) {
                end(why);
            }
        });
        this.down = line(bootstrap, to, from, () -> {});
        this.up = line(bootstrap, to, from, () -> {
            posting = false;
            post();
        });
    }

    private HttpLine line(
            Bootstrap bootstrap, InetSocketAddress to, @Nullable SocketAddress from, Runnable whenAnswered) {
        return HttpLine.connect(bootstrap, to, from, new HttpLine.Listener() {
            @Override
            public void onOpen() {
                linesOpen++;
                if (linesOpen == 2) {
                    talk.begin();
                }
            }

            @Override
            public void onAnswer(int status, ByteBuf body) {
                if (status != OK) {
                    end("a POST was answered " + status);
                    return;
                }
                whenAnswered.run();
                talk.hear(body);
            }

            @Override
            public void onBroken(String why) {
                end(why);
            }
        });
    }

    /**
     * Begins to connect.
     *
     * @param pair by which the two are joined
     * @param end of it: {@code tag} or {@code agent}
     */
    public static BayeuxPollWire connect(
            Bootstrap bootstrap,
            InetSocketAddress to,
            @Nullable SocketAddress from,
            String pair,
            String end,
            Listener listener) {
        return new BayeuxPollWire(bootstrap, to, from, BayeuxTalk.Names.of(pair, end), listener);
    }

    private void poll(ByteBuf message) {
        ByteBuf body = ByteBufAllocator.DEFAULT.buffer(message.readableBytes() + 2);
        body.writeByte('[').writeBytes(message).writeByte(']');
        message.release();
        down.ask(POST, body);
    }

    private void post(ByteBuf message) {
        if (over) {
            message.release();
            return;
        }
        waiting.add(message);
        waitingBytes += message.readableBytes();
        post();
    }

    private void post() {
        if (over || posting || waiting.isEmpty()) {
            return;
        }
        ByteBuf body = ByteBufAllocator.DEFAULT.buffer().writeByte('[');
        while (!waiting.isEmpty() && body.readableBytes() < BODY_BYTES) {
            ByteBuf message = waiting.remove();
            waitingBytes -= message.readableBytes();
            if (body.readableBytes() > 1) {
                body.writeByte(',');
            }
            body.writeBytes(message);
            message.release();
        }
        posting = true;
        up.ask(POST, body.writeByte(']'));
    }

    @Override
    public void send(ByteBuf frame) {
        post(talk.publish(frame));
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
        end("cut");
    }

    private void end(String why) {
        if (!over) {
            over = true;
            waiting.forEach(ByteBuf::release);
            waiting.clear();
            down.cut();
            up.cut();
            listener.onClosed(BROKEN, why);
        }
    }
}
