package io.tandem.load.conformance;

import static io.tandem.load.conformance.Wire.BINARY;
import static io.tandem.load.conformance.Wire.CLOSE;
import static io.tandem.load.conformance.Wire.CONTINUATION;
import static io.tandem.load.conformance.Wire.FIN;
import static io.tandem.load.conformance.Wire.PING;
import static io.tandem.load.conformance.Wire.PONG;
import static io.tandem.load.conformance.Wire.TEXT;
import static io.tandem.load.conformance.Wire.bytes;
import static io.tandem.load.conformance.Wire.close;
import static io.tandem.load.conformance.Wire.fragments;
import static io.tandem.load.conformance.Wire.frame;
import static io.tandem.load.conformance.Wire.join;
import static io.tandem.load.conformance.Wire.unmasked;
import static io.tandem.load.conformance.Wire.utf8;

import io.netty.buffer.ByteBufUtil;
import io.tandem.relay.frame.FrameHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The cases, in the order of RFC 6455's sections. What the relay's own protocol asks for is marked "ours". */
final class ConformanceCases {
    private static final int PROTOCOL_ERROR = 1002;
    private static final int UNSUPPORTED = 1003;
    private static final int INVALID_PAYLOAD = 1007;
    private static final int TOO_BIG = 1009;
    private static final int MALFORMED = 4400;
    private static final int MIN_MESSAGE = FrameHeader.LENGTH_BYTES;
    private static final int MAX_MESSAGE = FrameHeader.MAX_FRAME_BYTES;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;

    private final List<ConformanceCase> cases = new ArrayList<>();

    static List<ConformanceCase> all() {
        ConformanceCases table = new ConformanceCases();
        table.lengths();
        table.delivery();
        table.fragmentation();
        table.reserved();
        table.controlFrames();
        table.pings();
        table.closeCodes();
        table.closeReasons();
        table.closing();
        return table.cases;
    }

    private void add(String name, ConformanceCase.Script script) {
        cases.add(ConformanceCase.of(name, script));
    }

    private void closes(String name, int code, byte[]... wire) {
        add(name, talk -> {
            talk.send(join(wire));
            talk.expectClose(code);
        });
    }

    private void lengths() {
        for (int length : new int[] {MIN_MESSAGE, 125, 126, 127, 128, 0x7FFF, 0xFFFF, 0x10000, 0x10001, MAX_MESSAGE}) {
            add("a message of " + length + " bytes", talk -> {
                byte[] message = talk.pageMessage(length);
                talk.send(frame(FIN | BINARY, message));
                talk.expectDelivered(message);
            });
        }
        closes("an empty message (ours: no frame)", MALFORMED, frame(FIN | BINARY));
        closes("a message one byte too long (ours: 1 MiB)", TOO_BIG, frame(FIN | BINARY, LENGTH_64, MAX_MESSAGE + 1));
        closes("a length of 2^31", TOO_BIG, frame(FIN | BINARY, LENGTH_64, 1L << 31));
        closes("a length of 2^63 - 1", TOO_BIG, frame(FIN | BINARY, LENGTH_64, Long.MAX_VALUE));
        closes("a length with its top bit set", PROTOCOL_ERROR, frame(FIN | BINARY, LENGTH_64, -1));
        closes("125 in 16 bits", PROTOCOL_ERROR, frame(FIN | BINARY, LENGTH_16, 125, bytes(125)));
        closes("126 in 64 bits", PROTOCOL_ERROR, frame(FIN | BINARY, LENGTH_64, 126, bytes(126)));
        closes("65,535 in 64 bits", PROTOCOL_ERROR, frame(FIN | BINARY, LENGTH_64, 0xFFFF, bytes(0xFFFF)));
    }

    private void delivery() {
        add("a message byte by byte", talk -> {
            byte[] message = talk.pageMessage(300);
            talk.sendByteByByte(frame(FIN | BINARY, message));
            talk.expectDelivered(message);
        });
        add("fragments and a ping byte by byte", talk -> {
            byte[] message = talk.pageMessage(100);
            byte[] whole = fragments(message, 40, 1);
            byte[] ping = frame(FIN | PING, utf8("between"));
            byte[] first = frame(BINARY, Arrays.copyOf(message, 40));
            talk.sendByteByByte(join(first, ping, Arrays.copyOfRange(whole, first.length, whole.length)));
            talk.expectPong(utf8("between"));
            talk.expectDelivered(message);
        });
        add("many frames in one segment", talk -> {
            byte[] one = talk.pageMessage(20);
            byte[] two = talk.pageMessage(200);
            byte[] three = talk.pageMessage(2_000);
            talk.send(join(
                    frame(FIN | BINARY, one),
                    frame(FIN | PING, utf8("a")),
                    fragments(two, 11, 0),
                    frame(FIN | BINARY, three),
                    frame(FIN | PING, utf8("b"))));
            talk.expectPong(utf8("a"));
            talk.expectPong(utf8("b"));
            talk.expectDelivered(one);
            talk.expectDelivered(two);
            talk.expectDelivered(three);
        });
        closes("an unmasked message", PROTOCOL_ERROR, unmasked(FIN | BINARY, bytes(20)));
        closes("an unmasked ping", PROTOCOL_ERROR, unmasked(FIN | PING, bytes(2)));
        closes("an unmasked close", PROTOCOL_ERROR, unmasked(FIN | CLOSE, Wire.closePayload(1000)));
        closes("a text message (ours: binary only)", UNSUPPORTED, frame(FIN | TEXT, utf8("Hello")));
        closes("an empty text message", UNSUPPORTED, frame(FIN | TEXT));
        closes("a first fragment of text", UNSUPPORTED, frame(TEXT, utf8("Hel")));
        closes("text that is not UTF-8", UNSUPPORTED, frame(FIN | TEXT, (byte) 0xFF));
    }

    private void fragmentation() {
        int[][] cuts = {{1}, {10, 20, 30}, {0}, {0, 0, 0}, {99}, {100}, {50, 0, 50}, new int[100]};
        Arrays.fill(cuts[cuts.length - 1], 1);
        for (int[] cut : cuts) {
            add("a message of 100 bytes in " + (cut.length + 1) + " frames, first of " + cut[0], talk -> {
                byte[] message = talk.pageMessage(100);
                talk.send(fragments(message, cut));
                talk.expectDelivered(message);
                talk.expectOpen();
            });
        }
        add("a large message in fragments", talk -> {
            byte[] message = talk.pageMessage(MAX_MESSAGE);
            talk.send(fragments(message, 1, 0xFFFF, 0x10000, 126));
            talk.expectDelivered(message);
        });
        add("pings and pongs between fragments, answered at once", talk -> {
            byte[] message = talk.pageMessage(60);
            talk.send(join(
                    frame(BINARY, Arrays.copyOf(message, 20)),
                    frame(FIN | PING, utf8("1")),
                    frame(FIN | PONG, utf8("unasked"))));
            talk.expectPong(utf8("1"));
            talk.send(join(frame(CONTINUATION, Arrays.copyOfRange(message, 20, 40)), frame(FIN | PING, utf8("2"))));
            talk.expectPong(utf8("2"));
            talk.send(frame(FIN | CONTINUATION, Arrays.copyOfRange(message, 40, 60)));
            talk.expectDelivered(message);
        });
        add("a close between fragments", talk -> {
            talk.send(join(frame(BINARY, bytes(20)), close(1000)));
            talk.expectClose(1000);
        });
        closes("a continuation of nothing", PROTOCOL_ERROR, frame(FIN | CONTINUATION, bytes(20)));
        closes("a continuation of nothing, not the last", PROTOCOL_ERROR, frame(CONTINUATION, bytes(20)));
        closes("a new message inside one", PROTOCOL_ERROR, frame(BINARY, bytes(20)), frame(FIN | BINARY, bytes(20)));
        closes("a text inside a message", PROTOCOL_ERROR, frame(BINARY, bytes(20)), frame(FIN | TEXT, utf8("x")));
        closes(
                "fragments that are too long together",
                TOO_BIG,
                frame(BINARY, bytes(MAX_MESSAGE - 1)),
                frame(CONTINUATION, bytes(1)),
                frame(FIN | CONTINUATION, bytes(1)));
        add("a continuation after a whole message", talk -> {
            byte[] message = talk.pageMessage(30);
            talk.send(join(fragments(message, 10), frame(FIN | CONTINUATION, bytes(3))));
            talk.expectClose(PROTOCOL_ERROR);
            talk.expectDelivered(message);
        });
    }

    private void reserved() {
        for (int bit : new int[] {0x40, 0x20, 0x10, 0x70}) {
            String bits = "reserved bits 0x" + Integer.toHexString(bit);
            closes(bits + " in a message", PROTOCOL_ERROR, frame(FIN | bit | BINARY, bytes(20)));
            closes(bits + " in a ping", PROTOCOL_ERROR, frame(FIN | bit | PING));
            closes(bits + " in a close", PROTOCOL_ERROR, frame(FIN | bit | CLOSE, Wire.closePayload(1000)));
            closes(
                    bits + " in a continuation",
                    PROTOCOL_ERROR,
                    frame(BINARY, bytes(20)),
                    frame(FIN | bit | CONTINUATION, bytes(1)));
        }
        for (int opcode : new int[] {0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF}) {
            String name = "opcode 0x" + Integer.toHexString(opcode);
            closes(name, PROTOCOL_ERROR, frame(FIN | opcode));
            closes(name + " with a payload", PROTOCOL_ERROR, frame(FIN | opcode, bytes(10)));
            closes(name + " between fragments", PROTOCOL_ERROR, frame(BINARY, bytes(20)), frame(FIN | opcode));
        }
    }

    private void controlFrames() {
        for (int opcode : new int[] {PING, PONG, CLOSE}) {
            String name = opcode == PING ? "a ping" : opcode == PONG ? "a pong" : "a close";
            byte[] long126 = opcode == CLOSE ? Wire.closePayload(1000, bytes(124)) : bytes(126);
            closes(name + " of 126 bytes", PROTOCOL_ERROR, frame(FIN | opcode, long126));
            closes(name + " of 125 bytes in 16 bits", PROTOCOL_ERROR, frame(FIN | opcode, LENGTH_16, 125, bytes(125)));
            closes(name + " in fragments", PROTOCOL_ERROR, frame(opcode), frame(FIN | CONTINUATION));
        }
    }

    private void pings() {
        for (int length : new int[] {0, 1, 4, 124, 125}) {
            add("a ping of " + length + " bytes", talk -> {
                talk.send(frame(FIN | PING, bytes(length)));
                talk.expectPong(bytes(length));
            });
        }
        add("a ping that is not UTF-8", talk -> {
            byte[] payload = ByteBufUtil.decodeHexDump("00fffefdfcfb00ff");
            talk.send(frame(FIN | PING, payload));
            talk.expectPong(payload);
        });
        add("a hundred pings at once, answered in their order", talk -> {
            byte[][] pings = new byte[100][];
            Arrays.setAll(pings, i -> frame(FIN | PING, utf8("ping " + i)));
            talk.send(join(pings));
            for (int i = 0; i < pings.length; i++) {
                talk.expectPong(utf8("ping " + i));
            }
        });
        add("a ping byte by byte", talk -> {
            talk.sendByteByByte(frame(FIN | PING, bytes(125)));
            talk.expectPong(bytes(125));
        });
        add("pongs that nobody asked for", talk -> {
            talk.send(join(frame(FIN | PONG), frame(FIN | PONG, bytes(125)), frame(FIN | PONG, utf8("a"))));
            talk.expectOpen();
        });
    }

    private void closeCodes() {
        add("a close without a code", talk -> {
            talk.send(frame(FIN | CLOSE));
            talk.expectClose(1000);
        });
        closes("a close of one byte", PROTOCOL_ERROR, frame(FIN | CLOSE, (byte) 3));
        for (int code : new int[] {
            1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4410, 4999
        }) {
            closes("close code " + code, code, close(code));
        }
        for (int code : new int[] {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 0xFFFF}) {
            closes("close code " + code + ", which may not travel", PROTOCOL_ERROR, close(code, utf8("why")));
        }
    }

    private void closeReasons() {
        for (String reason :
                List.of("bye", "κόσμε", "\uD83D\uDE00 four bytes", "x".repeat(123), "é".repeat(61) + "x")) {
            closes("a close with the reason " + reason, 1000, close(1000, utf8(reason)));
        }
        for (String hex :
                List.of("ff", "c080", "e28d", "eda080", "f4908080", "f8888080", "616263c3", "80", "fe", "cebae18880")) {
            byte[] reason = ByteBufUtil.decodeHexDump(hex);
            if (hex.equals("cebae18880")) {
                closes("a close with a rare character", 1000, close(1000, reason));
            } else {
                closes("a close whose reason is not UTF-8: " + hex, INVALID_PAYLOAD, close(1000, reason));
            }
        }
    }

    private void closing() {
        add("a ping before a close is answered first", talk -> {
            talk.send(join(frame(FIN | PING, utf8("last")), close(1000)));
            talk.expectPong(utf8("last"));
            talk.expectClose(1000);
        });
        closes("a ping after a close is not answered", 1000, close(1000), frame(FIN | PING, utf8("late")));
        closes("a second close is not answered", 1000, close(1000), close(1001));
        closes("rubbish after a close is passed over", 1000, close(1000), bytes(5_000));
        closes(
                "a message after a fault is passed over",
                PROTOCOL_ERROR,
                frame(FIN | 0x3),
                frame(FIN | BINARY, bytes(50)));
        add("a message before a close is delivered", talk -> {
            byte[] message = talk.pageMessage(500);
            talk.send(join(frame(FIN | BINARY, message), close(4000, utf8("done"))));
            talk.expectClose(4000);
            talk.expectDelivered(message);
        });
        add("a close byte by byte", talk -> {
            talk.sendByteByByte(close(1001, utf8("moving on")));
            talk.expectClose(1001);
        });
        ConformanceCase finishing = ConformanceCase.of("the end of the client's direction behind a close", talk -> {
            talk.send(close(1000));
            talk.finish();
            talk.expectClose(1000);
        });
        cases.add(finishing.but(
                Via.NGINX,
                "nginx ends both directions of a tunnel when one ends, and may do so before the relay's close has come",
                talk -> {
                    talk.send(close(1000));
                    talk.finish();
                    talk.expectCloseOrEnd(1000);
                }));
        add("the end of the client's direction without a close", talk -> {
            byte[] message = talk.pageMessage(50);
            talk.send(frame(FIN | BINARY, message));
            talk.finish();
            talk.expectEndWithoutControl();
            talk.expectDelivered(message);
        });
        add("the end of the client's direction inside a frame", talk -> {
            talk.send(Arrays.copyOf(frame(FIN | BINARY, bytes(50)), 20));
            talk.finish();
            talk.expectEndWithoutControl();
        });
        byte[] endless = frame(FIN | BINARY, LENGTH_64, 8L << 20, bytes(256 << 10));
        String reason =
                "a balancer ends the client's direction as soon as the relay has ended its own; to a client that still sends that is"
                        + " a reset, which may overtake the close";
        cases.add(ConformanceCase.of(
                        "a message too big whose bytes keep coming: the close arrives all the same", talk -> {
                            talk.send(endless);
                            talk.expectClose(TOO_BIG);
                        })
                .but(Via.HAPROXY, reason, talk -> talk.expectCloseOrBreakOf(TOO_BIG, endless))
                .but(Via.NGINX, reason, talk -> talk.expectCloseOrBreakOf(TOO_BIG, endless)));
    }
}
