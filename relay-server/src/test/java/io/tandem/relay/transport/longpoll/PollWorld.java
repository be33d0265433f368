package io.tandem.relay.transport.longpoll;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.tandem.relay.carrier.CarrierLimits;
import io.tandem.relay.carrier.Valve;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.metering.RelayMeters;
import io.tandem.relay.session.CarrierKind;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.session.MeterTags;
import io.tandem.relay.session.SessionLimits;
import io.tandem.relay.session.SessionLoops;
import io.tandem.relay.session.VirtualLoop;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Long-polling with the session's loop in the test's hands, and connections to which it speaks in bytes. */
final class PollWorld {
    static final String SESSION = "0123456789abcdefghjkmnpqrs";
    static final String PATH = "/v1/sessions/" + SESSION + "/poll";
    static final byte[] HELLO = {1, 0, 0, 0, 0, 0, 0, 0, 0, 1, '{', '}'};

    final VirtualLoop loop = new VirtualLoop();
    final LongPoll longPoll;
    private final List<Connection> connections = new ArrayList<>();

    PollWorld(ChannelGate gate, CarrierLimits carrierLimits, LongPollLimits limits, Set<CarrierKind> offered) {
        RelayMeters meters = new RelayMeters(new SimpleMeterRegistry(), MeterTags.all());
        longPoll = new LongPoll(new LongPoll.Parts(
                gate,
                new SessionLoops(loop.executor(), meters, loop.ticker(), SessionLimits.DEFAULTS),
                new Secrets(new SecureRandom()),
                carrierLimits,
                limits,
                offered));
    }

    PollWorld(ChannelGate gate) {
        this(gate, CarrierLimits.DEFAULTS, LongPollLimits.DEFAULTS, Set.of(CarrierKind.values()));
    }

    /** A response as it went over the wire; header names in lower case. */
    @SuppressWarnings("ArrayRecordComponent")
    record Reply(int status, Map<String, String> headers, byte[] body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** The records of the body: "token TOKEN", "frame HEX" or "close CODE REASON". */
        List<String> records() {
            List<String> records = new ArrayList<>();
            ByteBuf in = Unpooled.wrappedBuffer(body);
            while (in.isReadable()) {
                int kind = in.readUnsignedByte();
                ByteBuf record = in.readSlice(in.readUnsignedMedium());
                records.add(
                        switch (kind) {
                            case PollRecords.TOKEN -> "token " + record.toString(StandardCharsets.US_ASCII);
                            case PollRecords.FRAME -> "frame " + ByteBufUtil.hexDump(record);
                            case PollRecords.CLOSE ->
                                "close " + record.readUnsignedShort() + " " + record.toString(StandardCharsets.UTF_8);
                            default -> throw new AssertionError("kind " + kind);
                        });
            }
            return records;
        }
    }

    Connection connect() {
        Connection connection = new Connection();
        connections.add(connection);
        return connection;
    }

    void end() {
        connections.forEach(connection -> connection.channel.finishAndReleaseAll());
        // Carriers without a GET are gone after a while, with what waited in them.
        loop.advance(60_000);
    }

    /** How many bytes of bodies are kept by the connections that have not their whole request yet. */
    int gathered() {
        return connections.stream()
                .map(connection -> connection.channel)
                .filter(EmbeddedChannel::isOpen)
                .mapToInt(
                        channel -> channel.pipeline().get(PollConnection.class).gatheredBytes())
                .sum();
    }

    /** A client's connection. */
    final class Connection {
        final Valve valve = new Valve();
        final EmbeddedChannel channel = new EmbeddedChannel(valve, new HttpServerCodec(), longPoll.forConnection());

        Connection send(String head, byte[] body) {
            channel.writeInbound(Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.UTF_8), body));
            settle();
            return this;
        }

        Connection send(String text) {
            return send(text, new byte[0]);
        }

        void settle() {
            loop.runTasks();
            channel.runPendingTasks();
            loop.runTasks();
        }

        void takes(boolean on) {
            valve.shut(!on);
            channel.flush();
            settle();
        }

        /** Asks for a new carrier. */
        Connection open(byte[] body) {
            return send(PollWorld.post("", body.length), body);
        }

        Connection get(String token, int number) {
            return send("GET " + PATH + " HTTP/1.1\r\nHost: relay\r\n" + headers(token, number) + "\r\n");
        }

        Connection post(String token, int number, byte[] body) {
            return send(PollWorld.post(headers(token, number), body.length), body);
        }

        /** The next reply, or null where none has come. */
        @Nullable
        Reply reply() {
            settle();
            ByteBuf all = Unpooled.buffer();
            for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
                all.writeBytes(part);
                part.release();
            }
            return all.isReadable() ? parse(all) : null;
        }

        Reply mustReply() {
            Reply reply = reply();
            if (reply == null) {
                throw new AssertionError("no reply came");
            }
            return reply;
        }
    }

    static String post(String headers, int length) {
        return "POST " + PATH + " HTTP/1.1\r\nHost: relay\r\nOrigin: https://shop.example\r\n" + headers
                + "Content-Length: " + length + "\r\n\r\n";
    }

    static String headers(String token, int number) {
        return "Tandem-Token: " + token + "\r\nTandem-Request: " + number + "\r\n";
    }

    static byte[] frames(List<byte[]> frames) {
        ByteBuf body = Unpooled.buffer();
        for (byte[] frame : frames) {
            body.writeByte(PollRecords.FRAME).writeMedium(frame.length).writeBytes(frame);
        }
        return ByteBufUtil.getBytes(body);
    }

    static byte[] frame(byte[] frame) {
        return frames(List.of(frame));
    }

    static byte[] close(int code, String reason) {
        ByteBuf body = Unpooled.buffer();
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        body.writeByte(PollRecords.CLOSE)
                .writeMedium(2 + text.length)
                .writeShort(code)
                .writeBytes(text);
        return ByteBufUtil.getBytes(body);
    }

    private static Reply parse(ByteBuf wire) {
        String text = wire.toString(StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        String[] lines = text.substring(0, end).split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip());
        }
        byte[] body = ByteBufUtil.getBytes(wire, end + 4, wire.readableBytes() - end - 4);
        int status = Integer.parseInt(lines[0].split(" ", 3)[1]);
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        if (body.length != length) {
            throw new AssertionError(status + " says " + length + " bytes and has " + body.length);
        }
        return new Reply(status, headers, body);
    }
}
