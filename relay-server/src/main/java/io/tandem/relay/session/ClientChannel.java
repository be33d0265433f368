package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameCheck;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.identity.Permissions;
import io.tandem.relay.identity.RefusalReason;
import io.tandem.relay.identity.Role;
import io.tandem.relay.identity.Verdict;
import io.tandem.relay.metering.LinkGauge;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's channel: checks what its carrier hears in the order of the protocol (header, HELLO
 * first, role, declared length, state and mode) and hands what passes to the session. All state belongs to the session's loop.
 */
final class ClientChannel extends Heartbeats.Member implements ChannelIngress {
    private static final Logger LOG = LoggerFactory.getLogger(ClientChannel.class);

    private final Sessions sessions;
    private final CarrierKind carrier;
    private final Outlet outlet;
    private final SessionLoops.Loop loop;

    /** What HELLO is judged by; null from then on: there are many open channels, and this is most of what one would not need. */
    private @Nullable ChannelRequest request;

    /** A bit for each {@link Hold} that is on. */
    private int holds;

    private ChannelState state = ChannelState.OPENING;
    private long lastHeardNanos;
    private long openedNanos;

    /** Whether the client said anything behind its HELLO. */
    private boolean heard;

    /** Runs while opening. */
    private @Nullable Future<?> helloDeadline;

    /** Runs while the client is held to its budget. */
    private @Nullable Future<?> budgetTimer;

    /** Runs while the client was sent more than its downstream rate. */
    private @Nullable Future<?> paceTimer;

    /** Both are set exactly while the channel is open, and kept when it closes. */
    private @Nullable Session session;

    private @Nullable Participant participant;

    ClientChannel(Sessions sessions, ChannelRequest request, Outlet outlet, SessionLoops.Loop loop) {
        this.sessions = sessions;
        this.carrier = request.carrier();
        this.request = request;
        this.outlet = outlet;
        this.loop = loop;
    }

    private SessionServices services() {
        return sessions.services();
    }

    /** Of a channel that is not open yet. */
    ChannelRequest request() {
        return Objects.requireNonNull(request, "an open channel's request is not kept");
    }

    /** Whether the client has spoken since its HELLO was accepted: then it has heard that it was. */
    boolean wasHeard() {
        return heard;
    }

    /**
     * Whether the client was there after this moment: it says HELLO on a WebSocket when it has heard that it is open, while that of a long-poll
     * may have been on its way for long.
     */
    boolean wasAnsweredAfter(long nanos) {
        return carrier == CarrierKind.WEBSOCKET && openedNanos - nanos > 0;
    }

    /** Begins to wait for HELLO. */
    void begin() {
        openedNanos = services().ticker().nanoTime();
        services().meters().channelOpened(carrier.label());
        long deadlineMillis = services().limits().helloDeadlineMillis();
        helloDeadline = schedule(
                () -> close(CloseCode.HELLO_DEADLINE, "no HELLO within " + deadlineMillis + " ms"),
                TimeUnit.MILLISECONDS.toNanos(deadlineMillis));
    }

    private Future<?> schedule(Runnable task, long delayNanos) {
        return loop.executor().schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void onCarried(int carriedBytes) {
        if (participant != null) {
            heard = true;
            holdFor(participant, participant.meter().carried(carriedBytes));
        }
    }

    @Override
    public void onWritabilityChanged(boolean writable) {
        hold(Hold.ITSELF, !writable);
        if (state == ChannelState.OPEN && session != null) {
            session.balance();
        }
    }

    @Override
    public void onClosed() {
        services().meters().channelClosed(carrier.label());
        if (state != ChannelState.CLOSED) {
            moveTo(ChannelState.CLOSED, "the carrier is gone");
            leaveSession();
        }
    }

    @Override
    public void onFrame(ByteBuf frame, int carriedBytes) {
        try {
            if (state != ChannelState.CLOSED) {
                FrameType type = FrameCheck.header(frame);
                // The only look at the clock on a frame's way.
                long now = services().ticker().nanoTime();
                lastHeardNanos = now;
                take(type, frame, carriedBytes, now);
            }
        } catch (FrameViolation violation) {
            close(violation.code(), violation.reason());
        } catch (RuntimeException | OutOfMemoryError fault) {
            // Memory that has run out too: it is this client's to hear, not its carrier's to guess.
            LOG.error("a frame of {} bytes met a fault of the relay's own", frame.readableBytes(), fault);
            close(CloseCode.INTERNAL_ERROR, "a fault of the relay's own");
        } finally {
            frame.release();
        }
    }

    private void take(FrameType type, ByteBuf frame, int carriedBytes, long now) throws FrameViolation {
        if (session != null && participant != null) {
            heard = true;
            long holdNanos = participant.meter().received(type.lane(), frame.readableBytes(), carriedBytes, now);
            onMetered(session, participant, holdNanos);
            judge(session, participant, type, frame, now);
            // What it made the relay expand is on the same account.
            holdFor(participant, participant.meter().debtNanos(now));
            return;
        }
        if (type != FrameType.HELLO) {
            throw new FrameViolation(CloseCode.MALFORMED, type + " came first; allowed first is HELLO");
        }
        FrameCheck.controlPayload(frame, type);
        sessions.admit(this, ControlPayload.hello(FrameHeader.payload(frame)), FrameHeader.sequence(frame));
        if (participant != null) {
            holdFor(participant, participant.meter().carried(carriedBytes));
        }
    }

    private void judge(Session in, Participant from, FrameType type, ByteBuf frame, long now) throws FrameViolation {
        Verdict verdict = Permissions.verdict(from.role(), in.state(), in.mode(), type);
        if (verdict instanceof Verdict.Close never) {
            if (type != FrameType.HELLO) {
                in.journal().refused(AuditRefusal.FRAME_OF_ROLE);
            }
            String why = type == FrameType.HELLO
                    ? "a second HELLO; allowed is one"
                    : type + " from " + from.role().wireName() + "; the role may never send it";
            throw new FrameViolation(never.code(), why);
        }
        if (type.lane() == Lane.CONTROL) {
            FrameCheck.controlPayload(frame, type);
        } else {
            FrameCheck.declaredLength(frame);
        }
        if (verdict instanceof Verdict.Refuse notNow) {
            if (notNow.reason() == RefusalReason.MODE_FORBIDS) {
                in.journal().refused(AuditRefusal.FRAME_OF_MODE);
            }
            refuse(notNow.reason(), type, FrameHeader.sequence(frame));
        } else {
            in.onFrame(from, this, type, frame, now);
        }
    }

    private void onMetered(Session in, Participant from, long holdNanos) {
        holdFor(from, holdNanos);
        if (from.role() == Role.CONSUMER) {
            in.linkNotice().onMeasured(from.meter().link());
            if (holdNanos > 0) {
                in.linkNotice().tellHeld(this, from.meter().link());
            }
        }
    }

    /** Has an open channel's client wait; nothing where it has to wait for no time, or does already. */
    private void holdFor(Participant from, long holdNanos) {
        if (holdNanos > 0 && state == ChannelState.OPEN && !isHeldFor(Hold.BUDGET)) {
            hold(Hold.BUDGET, true);
            budgetTimer = schedule(() -> goOnIfPaid(from), holdNanos);
        }
    }

    /** What was on its way when the client was held came still, and is to be paid for as well. */
    private void goOnIfPaid(Participant from) {
        long holdNanos = from.meter().debtNanos();
        if (holdNanos > 0) {
            budgetTimer = schedule(() -> goOnIfPaid(from), holdNanos);
        } else {
            hold(Hold.BUDGET, false);
        }
    }

    /** Starts or ends one reason for not reading from the client. */
    void hold(Hold reason, boolean on) {
        boolean wasHeld = isHeld();
        if (on && !isHeldFor(reason)) {
            services().meters().held(reason.label());
        }
        holds = on ? holds | reason.bit() : holds & ~reason.bit();
        if (state == ChannelState.CLOSED || wasHeld == isHeld()) {
            return;
        }
        outlet.setReading(!isHeld());
        if (participant != null && isHeld()) {
            participant.meter().held();
        }
    }

    private boolean isHeld() {
        return holds != 0;
    }

    private boolean isHeldFor(Hold reason) {
        return (holds & reason.bit()) != 0;
    }

    /** A participant speaks through this channel from now on. */
    void open(Session joined, Participant as) {
        moveTo(ChannelState.OPEN, "HELLO was accepted");
        request = null;
        session = joined;
        participant = as;
        // The time that it was away counts for nothing.
        as.meter().usedSinceLastLook(services().ticker().nanoTime());
        // Who left in debt comes back in debt.
        holdFor(as, as.meter().debtNanos());
        loop.heartbeats().begin(this);
    }

    /** What happens for each frame is only counted: how it adds up is looked at here. */
    private void survey(Participant of, long now) {
        double used = of.meter().usedSinceLastLook(now);
        if (of.role() == Role.CONSUMER) {
            services().meters().budgetUsed(used);
            LinkGauge link = of.meter().link();
            if (link.isMeasured()) {
                services().meters().linkMeasured(link.quality(), link.measuredKbps());
            }
        }
    }

    @Override
    void heartbeat() {
        long heartbeatNanos = TimeUnit.MILLISECONDS.toNanos(services().limits().heartbeatMillis());
        long now = services().ticker().nanoTime();
        if (participant != null) {
            survey(participant, now);
        }
        // Nobody is heard who is not read. But who does not take what is sent may be gone, and must miss its
        // heartbeats:
        // the consumer, held for it, could not even end the session.
        if (isHeld() && !isHeldFor(Hold.ITSELF)) {
            lastHeardNanos = now;
        }
        long silentNanos = now - lastHeardNanos;
        if (silentNanos >= SessionLimits.MISSED_HEARTBEATS * heartbeatNanos) {
            close(
                    CloseCode.HEARTBEAT_MISSED,
                    "nothing was heard for " + TimeUnit.NANOSECONDS.toMillis(silentNanos) + " ms");
        } else if (silentNanos >= heartbeatNanos) {
            send(Lane.CONTROL, ControlFrames.ping());
        }
    }

    /** Whether the client takes more: its carrier, and its downstream rate. */
    boolean isWritable() {
        return paceTimer == null && outlet.isWritable();
    }

    /** Has whoever sends to this client wait until what it was sent fits its rate; nothing is dropped for it. */
    private void pace(long nanos) {
        paceTimer = schedule(this::paced, nanos);
        if (session != null) {
            session.balance();
        }
    }

    private void paced() {
        paceTimer = null;
        if (state == ChannelState.OPEN && session != null) {
            session.balance();
        }
    }

    /** Sends a frame; takes ownership of it. */
    void send(Lane lane, ByteBuf frame) {
        send(lane, frame, services().ticker().nanoTime());
    }

    /** The same, for who knows what time it is. */
    void send(Lane lane, ByteBuf frame, long now) {
        if (state == ChannelState.CLOSED) {
            frame.release();
            return;
        }
        if (participant != null) {
            long waitNanos = participant.meter().sent(lane, frame.readableBytes(), now);
            outlet.write(frame);
            if (waitNanos > 0 && paceTimer == null && state == ChannelState.OPEN) {
                pace(waitNanos);
            }
            return;
        }
        outlet.write(frame);
    }

    /** Tells the client that a frame of its was dropped, why, and what it may send instead. */
    void refuse(RefusalReason reason, FrameType type, long sequence) {
        Session in = Objects.requireNonNull(session, "only an open channel is refused anything");
        Participant from = Objects.requireNonNull(participant, "only an open channel is refused anything");
        services().meters().refused(reason.wireName());
        send(
                Lane.CONTROL,
                ControlFrames.error(
                        reason,
                        Refusals.message(reason, type, in.state()),
                        type,
                        sequence,
                        Permissions.allowedNow(from.role(), in.state(), in.mode())));
    }

    /** Closes the channel, whose participant is away from then on. */
    void close(CloseCode code, String reason) {
        if (state == ChannelState.CLOSED) {
            return;
        }
        services().meters().closed(code);
        moveTo(ChannelState.CLOSED, reason);
        outlet.close(code, reason);
        leaveSession();
    }

    private void leaveSession() {
        if (session != null && participant != null) {
            session.onChannelClosed(participant, this);
        }
    }

    private void moveTo(ChannelState next, String reason) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("a channel cannot go from " + state + " to " + next + " (" + reason + ")");
        }
        state = next;
        if (helloDeadline != null) {
            helloDeadline.cancel(false);
            helloDeadline = null;
        }
        loop.heartbeats().end(this);
        if (next == ChannelState.CLOSED && budgetTimer != null) {
            budgetTimer.cancel(false);
        }
        if (next == ChannelState.CLOSED && paceTimer != null) {
            paceTimer.cancel(false);
            paceTimer = null;
        }
    }
}
