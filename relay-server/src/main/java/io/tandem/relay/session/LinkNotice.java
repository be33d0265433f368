package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.metering.LinkGauge;
import io.tandem.relay.metering.LinkQuality;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tells a session's participants how good the consumer's link is, when that changes and at most once in a while. On the session's loop. */
final class LinkNotice {
    private final Session session;
    private LinkQuality told = LinkQuality.GOOD;
    private long toldNanos;
    private long heldToldNanos;

    /** Runs while a notice waits for its time. */
    private @Nullable Future<?> due;

    LinkNotice(Session session) {
        this.session = session;
        this.toldNanos = session.services().ticker().nanoTime() - noticeNanos();
        this.heldToldNanos = toldNanos;
    }

    private static long noticeNanos() {
        return TimeUnit.MILLISECONDS.toNanos(SessionLimits.BUDGET_NOTICE_MILLIS);
    }

    /** The gauge heard of another frame. */
    void onMeasured(LinkGauge gauge) {
        if (gauge.quality() == told || due != null) {
            return;
        }
        long waitNanos = toldNanos + noticeNanos() - session.services().ticker().nanoTime();
        if (waitNanos <= 0) {
            tellAll(gauge);
        } else {
            due = session.schedule(() -> whenDue(gauge), TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1);
        }
    }

    private void whenDue(LinkGauge gauge) {
        due = null;
        if (gauge.quality() != told) {
            tellAll(gauge);
        }
    }

    private void tellAll(LinkGauge gauge) {
        told = gauge.quality();
        toldNanos = session.services().ticker().nanoTime();
        session.attendance().sendToAll(frame(gauge));
    }

    /** Tells one who has just arrived what the others know. */
    void tell(ClientChannel arrived, LinkGauge gauge) {
        if (told != LinkQuality.GOOD) {
            arrived.send(Lane.CONTROL, frame(gauge));
        }
    }

    /** Tells the consumer's tag what is allowed, since it sent more; as rarely as everything here. */
    void tellHeld(ClientChannel held, LinkGauge gauge) {
        long now = session.services().ticker().nanoTime();
        if (now - heldToldNanos >= noticeNanos()) {
            heldToldNanos = now;
            held.send(Lane.CONTROL, frame(gauge));
        }
    }

    private ByteBuf frame(LinkGauge gauge) {
        return ControlFrames.budget(told, session.attendance().budget().recommendedKbps(), gauge.measuredKbps());
    }
}
