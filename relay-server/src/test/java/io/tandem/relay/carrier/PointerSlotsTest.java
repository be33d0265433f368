package io.tandem.relay.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PointerSlotsTest {
    private final PointerSlots slots = new PointerSlots();
    private final ScarceMemory memory = new ScarceMemory();

    private void keep(FrameType type, long sequence) {
        slots.keep(frame(type, sequence), memory);
    }

    private static ByteBuf frame(FrameType type, long sequence) {
        ByteBuf frame = Unpooled.buffer();
        FrameHeader.write(frame, type, FrameHeader.NO_FLAGS, 1, 1, sequence);
        return frame;
    }

    private List<Long> drained() {
        List<Long> sequences = new ArrayList<>();
        slots.drainTo(frame -> {
            sequences.add(FrameHeader.sequence(frame));
            frame.release();
        });
        return sequences;
    }

    @Test
    void shouldKeepTheLatestOfEachTypeInTheOrderInWhichTheyWereSent() {
        keep(FrameType.CURSOR, 1);
        keep(FrameType.CLICK_MARK, 2);
        keep(FrameType.CURSOR, 3);

        assertThat(drained()).containsExactly(2L, 3L);
        assertThat(slots.isEmpty()).isTrue();
    }

    @Test
    void shouldHaveNothingWhereThereIsNoMemoryForTheFirst() {
        ByteBuf first = frame(FrameType.CURSOR, 1);
        memory.failNext(1);
        assertThatThrownBy(() -> slots.keep(first, memory)).isInstanceOf(PlantedError.class);
        assertThat(first.refCnt()).isZero();
        assertThat(slots.isEmpty()).isTrue();
    }

    @Test
    void shouldKeepThePredecessorOfAFrameThatThereIsNoMemoryFor() {
        keep(FrameType.CURSOR, 1);
        memory.failNext(1);
        assertThatThrownBy(() -> keep(FrameType.CURSOR, 2)).isInstanceOf(PlantedError.class);
        assertThat(drained()).containsExactly(1L);
    }

    @Test
    void shouldLetGoOfWhatAFaultLeavesOver() {
        keep(FrameType.CURSOR, 1);
        keep(FrameType.CLICK_MARK, 2);
        List<ByteBuf> handed = new ArrayList<>();
        assertThatThrownBy(() -> slots.drainTo(frame -> {
                    handed.add(frame);
                    throw new PlantedError();
                }))
                .isInstanceOf(PlantedError.class);
        assertThat(handed).hasSize(1);
        handed.get(0).release();
        assertThat(memory.isGivenBack()).isTrue();
    }
}
