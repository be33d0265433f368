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
    private final SessionLifetime lifetime;
    private final SessionJournal journal;
    private final SessionRequests requests;

    private SessionState state = SessionState.WAITING;

    /** Null until an invitation was accepted. */
    private @Nullable Mode mode;

    /** Not null exactly when ended. */
    private @Nullable EndReason endReason;

    private volatile SessionView view;

    Session(String id, Brand brand, SessionServices services, SessionLoops.Loop loop, Keeper keeper, int addressPlace) {
        this.id = id;
        this.brand = brand;
        this.services = services;
        this.loop = loop;
        this.keeper = keeper;
        this.attendance = new Attendance(this, services, loop.counters(), addressPlace);
        this.invitations = new Invitations(this, services);
        this.linkNotice = new LinkNotice(this);
        this.lifetime = new SessionLifetime(this, services);
        this.journal = new SessionJournal(this);
        this.requests = new SessionRequests(this);
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

    SessionJournal journal() {
        return journal;
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
        if (arrived.role() == Role.CONSUMER) {
            requests.tell(channel);
        }
    }

    /** An agent has asked the consumer: what the consumer asked for is there. */
    void onInvited() {
        requests.invited();
        changed();
    }

    /** A supervisor may watch with this grant; false if the session is not live or full. */
    boolean addObserver(AgentIdentity supervisor, SecretHash grant) {
        assertOnLoop();
        if (!state.isLive() || attendance.isFull()) {
            return false;
        }
        attendance.add(Role.OBSERVER, supervisor, grant);
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
            requests.onFrame(from, channel, type, frame);
            return;
        }
        // A page that changes by itself keeps nobody awake, nor do programs that talk to each other; people point and
        // act.
        if (type.lane() != Lane.PAGE && type != FrameType.SYNC && type != FrameType.VERDICT) {
            lifetime.active(now);
        }
        if (!brand.resources().lets(type)) {
            return;
        }
        boolean delivered = attendance.router().route(from, type, frame, now);
        boolean missed = type.lane() == Lane.ACTION || type == FrameType.KEYFRAME_REQUEST;
        if (!delivered && missed && from.role() != Role.CONSUMER) {
            channel.refuse(RefusalReason.NOT_PRESENT, type, FrameHeader.sequence(frame));
        }
    }

    /** From now on this is what agents may do. */
    void become(Mode wanted) {
        mode = wanted;
    }

    /** The consumer stops sharing for a while, or goes on. */
    void pause(Participant from, boolean paused) {
        SessionState wanted = paused ? SessionState.PAUSED : SessionState.ACTIVE;
        if (state != wanted) {
            moveTo(wanted, paused ? "the consumer paused" : "the consumer goes on");
            journal.paused(from, paused);
        }
        lifetime.active(services.ticker().nanoTime());
    }

    /** END of a participant. */
    void endBy(Participant from) {
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
        lifetime.begin();
        if (!agent.isPresent()) {
            attendance.startGrace(agent);
        }
        changed();
    }

    /** Ends it for good, tells everybody why, and forgets it as soon as nobody is left who could ask. */
    void end(EndReason reason) {
        assertOnLoop();
        if (state == SessionState.ENDED) {
            return;
        }
        long liveMillis = state.isLive() ? lifetime.liveMillis() : 0;
        Participant by = endedBy(reason);
        invitations.sessionEnded();
        requests.sessionEnded();
        endReason = reason;
        moveTo(SessionState.ENDED, reason.wireName());
        lifetime.stop();
        journal.ended(reason, by, liveMillis);
        keeper.ended(this);
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

    private @Nullable Participant endedBy(EndReason reason) {
        return switch (reason) {
            case CONSUMER_ENDED -> attendance.consumer();
            case AGENT_ENDED -> invitations.invitedAgent();
            default -> null;
        };
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
    }

    /** Lets everybody know what the session looks like now. */
    void changed() {
        refreshView();
        attendance.sendSession(null, ControlFrames.UNASKED);
    }

    /** The same, where this client asked for the change. */
    void changed(ClientChannel asked, long sequence) {
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
                requests.modeAsked(),
                endReason,
                attendance.views(),
                brand.resources(),
                waitingSinceNanos,
                requests.askingSinceNanos(),
                attendance.page(),
                state == SessionState.WAITING && !invitations.isPending());
    }
}
