package io.tandem.relay.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.testing.Vectors;
import io.tandem.relay.testing.Vectors.Vector;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Lz4PayloadTest {
    static List<Vector> good() {
        return Vectors.rows("lz4.json").stream()
                .filter(row -> !row.has("closeCode"))
                .toList();
    }

    static List<Vector> bad() {
        return Vectors.rows("lz4.json").stream()
                .filter(row -> row.has("closeCode"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("good")
    void shouldExpandToWhatTheVectorSays(Vector row) throws FrameViolation {
        assertThat(Lz4Payload.expand(payload(row), bytes(row, "history"))).isEqualTo(bytes(row, "expanded"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void shouldRejectWhatLies(Vector row) {
        assertThatThrownBy(() -> Lz4Payload.expand(payload(row), bytes(row, "history")))
                .isInstanceOfSatisfying(
                        FrameViolation.class,
                        violation -> assertThat(violation.code().code()).isEqualTo((int) row.number("closeCode")));
    }

    @ParameterizedTest
    @MethodSource("good")
    void shouldExpandWhatItCompressed(Vector row) throws FrameViolation {
        byte[] expanded = bytes(row, "expanded");
        ByteBuf payload = Unpooled.buffer();
        Lz4Payload.compress(expanded, payload);

        assertThat(Lz4Payload.expand(payload)).isEqualTo(expanded);
        assertThat(payload.isReadable()).isFalse();
    }

    @Test
    void shouldUseTheEndOfALongHistory() throws FrameViolation {
        byte[] history = new byte[Lz4Payload.MAX_HISTORY_BYTES + 1000];
        new Random(7).nextBytes(history);
        byte[] tail = Arrays.copyOfRange(history, history.length - 100, history.length);
        ByteBuf payload = Unpooled.buffer();
        Varint.write(payload, 112);
        // No literals, a match of 4 + 15 + 81 bytes at offset 100, then 12 literals.
        payload.writeBytes(ByteBufUtil.decodeHexDump("0f640051")).writeByte(12 << 4);
        payload.writeBytes("twelve bytes".getBytes(StandardCharsets.US_ASCII));

        assertThat(Lz4Payload.expand(payload, history)).startsWith(tail).hasSize(112);
    }

    @Test
    void shouldReadVarintsOfUpTo32Bits() {
        assertThat(Varint.read(hex("00"))).isZero();
        assertThat(Varint.read(hex("ac02"))).isEqualTo(300);
        assertThat(Varint.read(hex("ffffffff0f"))).isEqualTo(0xFFFF_FFFFL);
        assertThat(Varint.read(hex("ffffffff1f"))).isEqualTo(Varint.MALFORMED);
        assertThat(Varint.read(hex("808080808000"))).isEqualTo(Varint.MALFORMED);
        assertThat(Varint.read(hex("80"))).isEqualTo(Varint.MALFORMED);
        assertThat(Varint.read(hex(""))).isEqualTo(Varint.MALFORMED);
    }

    @Test
    void shouldWriteTheVarintsThatItReads() {
        for (int value : new int[] {0, 1, 127, 128, 300, 16_383, 16_384, Integer.MAX_VALUE, -1}) {
            ByteBuf out = Unpooled.buffer();
            Varint.write(out, value);
            assertThat(Varint.read(out)).isEqualTo(Integer.toUnsignedLong(value));
            assertThat(out.isReadable()).isFalse();
        }
    }

    private static ByteBuf hex(String digits) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(digits));
    }

    private static ByteBuf payload(Vector row) {
        ByteBuf payload = Unpooled.buffer();
        Varint.write(payload, (int) row.number("declared"));
        return payload.writeBytes(ByteBufUtil.decodeHexDump(row.text("blockHex")));
    }

    private static byte[] bytes(Vector row, String name) {
        if (row.has(name + "Utf8")) {
            return row.text(name + "Utf8").getBytes(StandardCharsets.UTF_8);
        }
        if (row.has(name + "Repeat")) {
            Vector repeat = new Vector(row.member(name + "Repeat", Map.class));
            byte[] bytes = new byte[(int) repeat.number("count")];
            Arrays.fill(bytes, ByteBufUtil.decodeHexDump(repeat.text("byteHex"))[0]);
            return bytes;
        }
        return row.has(name + "Hex") ? ByteBufUtil.decodeHexDump(row.text(name + "Hex")) : new byte[0];
    }
}
