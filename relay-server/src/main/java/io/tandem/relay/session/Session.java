package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.RefusalReason;
import io.tandem.relay.identity.Role;
import io.tandem.relay.identity.SecretHash;
import io.tandem.relay.identity.SessionState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer and those who browse with it. Everything but {@link #view}, {@link #run} and what never changes is touched on the
 * session's loop only, which every way in asserts.
 */
final class Session {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** Enough of an id to find its lines in a log, too little to use it. */
    private static final int LOGGED_ID_LENGTH = 6;

    private final String id;
    private final Brand brand;
    private final SessionServices services;
    private final SessionLoops.Loop loop;
    private final Keeper keeper;
    private final Attendance attendance;
    private final Invitations invitations;
    private final LinkNotice linkNotice;

    private SessionState state = SessionState.WAITING;

    /** Null until an invitation was accepted. */
    private @Nullable Mode mode;

    /** Not null exactly when ended. */
    private @Nullable EndReason endReason;

    private long lastActivityNanos;
    private long activeSinceNanos;

    /** Runs while the session lives, until it may have been idle for too long or has lasted as long as one may. */
    private @Nullable Future<?> lifeTimer;

    private volatile SessionView view;

    Session(String id, Brand brand, SessionServices services, SessionLoops.Loop loop, Keeper keeper) {
        this.id = id;
        this.brand = brand;
        this.services = services;
        this.loop = loop;
        this.keeper = keeper;
        this.attendance = new Attendance(this, services, loop.counters());
        this.invitations = new Invitations(this, services);
        this.linkNotice = new LinkNotice(this);
        this.view = currentView(services.ticker().nanoTime());
        Census.enter(services.meters(), view);
    }

    String id() {
        return id;
    }

    Brand brand() {
        return brand;
    }

    SessionServices services() {
        return services;
    }

    SessionView view() {
        return view;
    }

    /** Does something on the session's loop: now if that is where the caller is; false if the loop has stopped. */
    boolean run(Runnable task) {
        EventExecutor executor = loop.executor();
        if (executor.inEventLoop()) {
            task.run();
            return true;
        }
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException stopped) {
            LOG.debug("session {}: its loop has stopped", shortId());
            return false;
        }
    }

    // What its own parts and its channels ask, on its loop.

    Attendance attendance() {
        return attendance;
    }

    SessionState state() {
        return state;
    }

    @Nullable
    Mode mode() {
        return mode;
    }

    LinkNotice linkNotice() {
        return linkNotice;
    }

    Invitations invitations() {
        return invitations;
    }

    Optional<ClientChannel> consumer() {
        return Optional.ofNullable(attendance.consumer().channel());
    }

    Future<?> schedule(Runnable task, long delayMillis) {
        return loop.executor().schedule(task, delayMillis, TimeUnit.MILLISECONDS);
    }

    void log(String what, Throwable fault) {
        LOG.warn("session {}: {}", shortId(), what, fault);
    }

    private String shortId() {
        return id.substring(0, LOGGED_ID_LENGTH);
    }

    private void assertOnLoop() {
        if (!loop.executor().inEventLoop()) {
            throw new IllegalStateException("session " + shortId() + " was touched off its event loop by "
                    + Thread.currentThread().getName());
        }
    }

    // Who comes and goes.

    /** HELLO of a channel that names this session. */
    void admit(ClientChannel channel, Hello hello, long sequence) throws FrameViolation {
        assertOnLoop();
        if (hello.role() == Role.CONSUMER) {
            attendance.admitConsumer(channel, hello, sequence);
        } else {
            attendance.admitGuest(channel, hello, sequence);
        }
    }

    /** Brings one who has just arrived up to date. */
    void onArrived(Participant arrived, ClientChannel channel) {
        invitations.tell(arrived);
        linkNotice.tell(channel, attendance.consumer().meter().link());
    }

    /** A supervisor may watch with this grant; false if the session is not live or full. */
    boolean addObserver(String name, SecretHash grant) {
        assertOnLoop();
        if (!state.isLive() || attendance.isFull()) {
            return false;
        }
        attendance.add(Role.OBSERVER, name, grant);
        changed();
        return true;
    }

    /** A channel closed, whoever closed it. */
    void onChannelClosed(Participant participant, ClientChannel channel) {
        assertOnLoop();
        attendance.onChannelClosed(participant, channel);
    }

    /** Some outlet became full or free. */
    void balance() {
        assertOnLoop();
        attendance.router().balance();
    }

    // What they send.

    /** A frame that the permission table allows; the caller keeps its reference. */
    void onFrame(Participant from, ClientChannel channel, FrameType type, ByteBuf frame, long now)
            throws FrameViolation {
        assertOnLoop();
        if (type.lane() == Lane.CONTROL) {
            onControl(from, channel, type, frame);
            return;
        }
        // A page that changes by itself keeps nobody awake, nor do programs that talk to each other; people point and
        // act.
        if (type.lane() != Lane.PAGE && type != FrameType.SYNC && type != FrameType.VERDICT) {
            lastActivityNanos = now;
        }
        boolean delivered = attendance.router().route(from, type, frame, now);
        boolean missed = type.lane() == Lane.ACTION || type == FrameType.KEYFRAME_REQUEST;
        if (!delivered && missed && from.role() != Role.CONSUMER) {
            channel.refuse(RefusalReason.NOT_PRESENT, type, FrameHeader.sequence(frame));
        }
    }

    private void onControl(Participant from, ClientChannel channel, FrameType type, ByteBuf frame)
            throws FrameViolation {
        long sequence = FrameHeader.sequence(frame);
        switch (type) {
            case PING -> channel.send(Lane.CONTROL, ControlFrames.pong(frame));
            case PONG -> {} // was heard, which is all it is for
            case INVITATION_ANSWER -> invitations.answer(channel, frame);
            case SET_MODE -> setMode(from, channel, ControlPayload.mode(FrameHeader.payload(frame)), sequence);
            case PAUSE -> pause(channel, ControlPayload.paused(FrameHeader.payload(frame)), sequence);
            case END -> {
                ControlPayload.end(FrameHeader.payload(frame));
                endBy(from);
            }
            default -> throw new IllegalArgumentException(type + " is not for the relay to receive");
        }
    }

    private void setMode(Participant from, ClientChannel channel, Mode wanted, long sequence) {
        boolean raises = mode != null && wanted.compareTo(mode) > 0;
        if (raises && from.role() != Role.CONSUMER) {
            channel.refuse(RefusalReason.CONSENT_NEEDED, FrameType.SET_MODE, sequence);
            return;
        }
        mode = wanted;
        changed(channel, sequence);
    }

    private void pause(ClientChannel channel, boolean paused, long sequence) {
        SessionState wanted = paused ? SessionState.PAUSED : SessionState.ACTIVE;
        if (state != wanted) {
            moveTo(wanted, paused ? "the consumer paused" : "the consumer goes on");
        }
        lastActivityNanos = services.ticker().nanoTime();
        changed(channel, sequence);
    }

    private void endBy(Participant from) {
        if (from.role() == Role.CONSUMER) {
            end(EndReason.CONSUMER_ENDED);
        } else {
            endByAgent();
        }
    }

    private void endByAgent() {
        if (state.isLive()) {
            end(EndReason.AGENT_ENDED);
        } else {
            invitations.withdrawPending();
        }
    }

    // What it goes through.

    /** Its pending invitation was accepted. */
    void activate(Mode with, Participant agent) {
        assertOnLoop();
        mode = with;
        moveTo(SessionState.ACTIVE, "the consumer accepted");
        activeSinceNanos = services.ticker().nanoTime();
        lastActivityNanos = activeSinceNanos;
        endIfOverdue();
        if (!agent.isPresent()) {
            attendance.startGrace(agent);
        }
        changed();
    }

    private void endIfOverdue() {
        long now = services.ticker().nanoTime();
        long idleMillis = services.limits().idleMillis() - TimeUnit.NANOSECONDS.toMillis(now - lastActivityNanos);
        long lifeMillis = services.limits().maximumMillis() - TimeUnit.NANOSECONDS.toMillis(now - activeSinceNanos);
        if (lifeMillis <= 0) {
            end(EndReason.MAXIMUM_TIME);
        } else if (idleMillis <= 0) {
            end(EndReason.IDLE);
        } else {
            lifeTimer = schedule(this::endIfOverdue, Math.min(idleMillis, lifeMillis));
        }
    }

    /** Ends it for good, tells everybody why, and forgets it as soon as nobody is left who could ask. */
    void end(EndReason reason) {
        assertOnLoop();
        if (state == SessionState.ENDED) {
            return;
        }
        invitations.sessionEnded();
        endReason = reason;
        moveTo(SessionState.ENDED, reason.wireName());
        keeper.ended();
        long rememberMillis = attendance.rememberMillis(reason);
        List<ClientChannel> present = attendance.giveUpAll(reason);
        refreshView();
        present.forEach(this::bidFarewell);
        if (rememberMillis == 0) {
            forget();
        } else {
            // Somebody who was away may still come and ask why.
            schedule(this::forget, rememberMillis);
        }
    }

    /** Tells one that it is over, and why. */
    void bidFarewell(ClientChannel channel) {
        channel.send(Lane.CONTROL, ControlFrames.session(ControlFrames.UNASKED, view));
        channel.close(CloseCode.SESSION_ENDED, endReason == null ? "ended" : endReason.wireName());
    }

    private void forget() {
        Census.leave(services.meters(), view);
        keeper.forgotten(this);
    }

    private void moveTo(SessionState next, String reason) {
        boolean legal = switch (state) {
            case WAITING -> next == SessionState.ACTIVE || next == SessionState.ENDED;
            case ACTIVE -> next == SessionState.PAUSED || next == SessionState.ENDED;
            case PAUSED -> next == SessionState.ACTIVE || next == SessionState.ENDED;
            case ENDED -> false;
        };
        if (!legal) {
            throw new IllegalStateException("a session cannot go from " + state + " to " + next + " (" + reason + ")");
        }
        LOG.info("session {}: {} to {}: {}", shortId(), state.wireName(), next.wireName(), reason);
        state = next;
        if (next == SessionState.ENDED && lifeTimer != null) {
            lifeTimer.cancel(false);
        }
    }

    /** Lets everybody know what the session looks like now. */
    void changed() {
        refreshView();
        attendance.sendSession(null, ControlFrames.UNASKED);
    }

    /** The same, where this client asked for the change. */
    private void changed(ClientChannel asked, long sequence) {
        refreshView();
        attendance.sendSession(asked, sequence);
    }

    /** Has everybody outside see what the session looks like now. */
    void refreshView() {
        SessionView before = view;
        view = currentView(before.waitingSinceNanos());
        Census.move(services.meters(), before, view);
    }

    /** The agent's END by REST. */
    CommandOutcome endBy(AgentIdentity agent) {
        assertOnLoop();
        if (!invitations.isEngaged(agent)) {
            return state == SessionState.ENDED ? CommandOutcome.TOO_LATE : CommandOutcome.NOT_YOURS;
        }
        endByAgent();
        return CommandOutcome.DONE;
    }

    /** The node stops: who takes part is told, who only waits may wait elsewhere. */
    void stop() {
        assertOnLoop();
        if (!state.isLive()) {
            consumer().ifPresent(channel -> channel.close(CloseCode.GOING_AWAY, "the node stops"));
        }
        end(EndReason.NODE_STOPPED);
    }

    private SessionView currentView(long waitingSinceNanos) {
        return new SessionView(
                id,
                brand.key(),
                state,
                mode,
                endReason,
                attendance.views(),
                waitingSinceNanos,
                attendance.page(),
                state == SessionState.WAITING && !invitations.isPending());
    }
}
