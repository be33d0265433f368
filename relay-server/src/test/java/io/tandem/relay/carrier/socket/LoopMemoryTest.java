package io.tandem.relay.carrier.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.carrier.PlantedError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopMemoryTest {
    private static final long SAID = 4711;

    private final ScarceLoopMemory scarce = new ScarceLoopMemory();
    private final LoopMemory memory = LoopMemory.here();

    @AfterEach
    void end() {
        scarce.close();
        assertThat(scarce.memory.isGivenBack()).isTrue();
    }

    @Test
    void shouldReadIntoTheSameBufferAgainAndIntoAnotherWhileThatIsHeld() {
        ByteBuf first = memory.toReadInto();
        first.release();
        ByteBuf held = memory.toReadInto();
        assertThat(held).isSameAs(first);
        ByteBuf next = memory.toReadInto();
        assertThat(next).isNotSameAs(held);
        held.release();
        next.release();
    }

    @Test
    void shouldGoOnAfterAnAllocationThatFailedAndNotReadOverWhatIsHeld() {
        ByteBuf held = memory.toReadInto().writeLong(SAID);
        scarce.memory.failNext(1);
        assertThatThrownBy(memory::toReadInto).isInstanceOf(PlantedError.class);

        ByteBuf next = memory.toReadInto();
        assertThat(next).isNotSameAs(held);
        assertThat(next.writeLong(0).readableBytes()).isEqualTo(Long.BYTES);
        assertThat(held.readLong()).isEqualTo(SAID);
        next.release();
        assertThat(held.release()).as("nobody else has it").isTrue();
    }

    @Test
    void shouldReadIntoWhatWasHeldWhenNobodyHoldsItAnyMore() {
        ByteBuf held = memory.toReadInto();
        scarce.memory.failNext(1);
        assertThatThrownBy(memory::toReadInto).isInstanceOf(PlantedError.class);
        held.release();
        assertThat(memory.toReadInto()).isSameAs(held);
        held.release();
    }
}
