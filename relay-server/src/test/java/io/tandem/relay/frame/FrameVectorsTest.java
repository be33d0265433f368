package io.tandem.relay.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.testing.Vectors;
import io.tandem.relay.testing.Vectors.Vector;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameVectorsTest {
    static List<Vector> frames() {
        return Vectors.rows("frames.json");
    }

    static List<Vector> faultsOfTheBytes() {
        return Vectors.rows("bad-frames.json").stream()
                .filter(row -> !row.flag("first") && row.has("hex") && row.has("closeCode"))
                .filter(row -> row.number("closeCode") != CloseCode.FORBIDDEN.code())
                .filter(row -> !row.text("name").matches("(hello twice|a mode|a pause|an answer|a request).*"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("frames")
    void shouldReadEveryField(Vector row) {
        ByteBuf frame = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(row.text("hex")));

        assertThat(FrameType.ofCode(FrameHeader.typeCode(frame))).isEqualTo(FrameType.valueOf(row.text("type")));
        assertThat(FrameHeader.flags(frame)).isEqualTo((int) row.number("flags"));
        assertThat(FrameHeader.sender(frame)).isEqualTo((int) row.number("sender"));
        assertThat(FrameHeader.epoch(frame)).isEqualTo((int) row.number("epoch"));
        assertThat(FrameHeader.sequence(frame)).isEqualTo(row.number("sequence"));
        assertThat(ByteBufUtil.hexDump(FrameHeader.payload(frame))).isEqualTo(row.text("payloadHex"));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void shouldWriteTheSameBytes(Vector row) {
        ByteBuf out = Unpooled.buffer();
        FrameHeader.write(
                out,
                FrameType.valueOf(row.text("type")),
                (int) row.number("flags"),
                (int) row.number("sender"),
                (int) row.number("epoch"),
                row.number("sequence"));
        out.writeBytes(ByteBufUtil.decodeHexDump(row.text("payloadHex")));

        assertThat(ByteBufUtil.hexDump(out)).isEqualTo(row.text("hex"));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void shouldPassWhatIsWellFormedOnceItsSenderIsTheClientItself(Vector row) throws FrameViolation {
        ByteBuf frame = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(row.text("hex")));
        FrameHeader.stampSender(frame, 0);

        assertThat(FrameCheck.header(frame)).isEqualTo(FrameType.valueOf(row.text("type")));
        FrameCheck.declaredLength(frame);
    }

    @ParameterizedTest
    @MethodSource("faultsOfTheBytes")
    void shouldEarnTheCloseCode(Vector row) {
        ByteBuf frame = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(row.text("hex")));
        FrameViolation violation = null;
        try {
            FrameType type = FrameCheck.header(frame);
            FrameCheck.declaredLength(frame);
            FrameCheck.controlPayload(frame, type);
        } catch (FrameViolation e) {
            violation = e;
        }

        assertThat(Objects.requireNonNull(violation, "no fault was found")
                        .code()
                        .code())
                .isEqualTo((int) row.number("closeCode"));
        assertThat(violation.reason()).contains("allowed");
        assertThat(ByteBufUtil.utf8Bytes(violation.reason())).isBetween(1, CloseReason.MAX_BYTES);
    }

    @Test
    void shouldNameALaneByTheTwoTopBits() {
        for (FrameType type : FrameType.values()) {
            assertThat(type.lane())
                    .isEqualTo(List.of(Lane.CONTROL, Lane.PAGE, Lane.ACTION, Lane.POINTER)
                            .get(type.code() >>> 6));
            assertThat(FrameType.ofCode(type.code())).isEqualTo(type);
        }
    }

    @Test
    void shouldSayWhatTheFirstTwoDigitsOfAnOwnCloseCodeSay() {
        for (CloseCode code : CloseCode.values()) {
            if (code.code() >= 4000) {
                assertThat(code.retry()).as(code.name()).isEqualTo(code.code() < 4400);
            }
        }
    }

    @Test
    void shouldCutALongReasonBetweenCharacters() {
        FrameViolation violation = new FrameViolation(CloseCode.MALFORMED, "x".repeat(122) + "🐢");

        assertThat(violation.reason()).isEqualTo("x".repeat(122));
    }
}
