package io.tandem.relay.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PointerSlotsTest {
    private final PointerSlots slots = new PointerSlots();

    private void keep(FrameType type, long sequence) {
        ByteBuf frame = Unpooled.buffer();
        FrameHeader.write(frame, type, FrameHeader.NO_FLAGS, 1, 1, sequence);
        slots.keep(frame);
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
}
