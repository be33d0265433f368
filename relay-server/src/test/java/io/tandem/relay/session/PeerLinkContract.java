package io.tandem.relay.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What every {@link PeerLink} guarantees. */
public abstract class PeerLinkContract {
    private static final int FRAMES = 200;

    /** The link under test, on which nobody listens. */
    protected abstract PeerLink link();

    private static ByteBuf frame(int number) {
        return Unpooled.buffer().writeInt(number);
    }

    private static PeerLink.Listener into(List<Integer> heard) {
        return frame -> {
            heard.add(frame.readInt());
            frame.release();
        };
    }

    @Test
    void shouldDeliverInOrderToWhoeverListens() {
        List<Integer> heard = new CopyOnWriteArrayList<>();
        try (PeerLink.Subscription here = link().listen("a", into(heard))) {
            assertThat(here).isNotNull();
            for (int i = 0; i < FRAMES; i++) {
                link().publish("a", frame(i));
            }
            await().until(() -> heard.size() == FRAMES);
        }
        assertThat(heard).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void shouldReleaseWhatNobodyListensTo() {
        ByteBuf unheard = frame(1);
        link().publish("nobody", unheard);
        await().until(() -> unheard.refCnt() == 0);
    }

    @Test
    void shouldKeepAddressesApartAndFallSilentWhenClosed() {
        List<Integer> heard = new CopyOnWriteArrayList<>();
        PeerLink.Subscription subscription = link().listen("a", into(heard));
        link().publish("b", frame(1));
        link().publish("a", frame(2));
        await().until(() -> !heard.isEmpty());
        subscription.close();
        ByteBuf late = frame(3);
        link().publish("a", late);
        await().until(() -> late.refCnt() == 0);
        assertThat(heard).containsExactly(2);
    }

    @Test
    void shouldHaveOneListenerForAnAddress() {
        try (PeerLink.Subscription first = link().listen("a", ByteBuf::release)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> link().listen("a", ByteBuf::release)).isInstanceOf(IllegalStateException.class);
        }
        link().listen("a", ByteBuf::release).close();
    }
}
