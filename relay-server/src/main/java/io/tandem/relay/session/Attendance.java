package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.Role;
import io.tandem.relay.identity.SecretHash;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.metering.LaneCounters;
import io.tandem.relay.metering.LinkGauge;
import io.tandem.relay.metering.MeteringLimits;
import io.tandem.relay.metering.SessionMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Who takes part in a session: lets channels in, keeps the places of those who are away, and reaches those who are there. On the session's loop. */
final class Attendance {
    private static final int CONSUMER_NUMBER = 1;
    private static final int HIGHEST_EPOCH = 0xFFFF;

    private final Session session;
    private final SessionServices services;
    private final LaneCounters loopCounters;

    /** The consumer first; who gave its place up is not in it, unless the session has ended. */
    private final List<Participant> participants = new ArrayList<>(2);

    private final FrameRouter router;
    private final Participant consumer;

    /** Numbers are never used twice. */
    private int nextNumber = CONSUMER_NUMBER;

    /** The consumer's loaded document; 0 before its first HELLO. */
    private int epoch;

    private SessionView.@Nullable PageView page;

    /** What its brand's sessions may send, as it was when this one began. */
    private final MeteringLimits budget;

    /** Where its consumer's address is counted. */
    private final int addressPlace;

    Attendance(Session session, SessionServices services, LaneCounters loopCounters, int addressPlace) {
        this.session = session;
        this.budget = services.budgets().get().of(session.brand().key());
        this.addressPlace = addressPlace;
        this.services = services;
        this.loopCounters = loopCounters;
        this.router = new FrameRouter(participants, services.meters());
        this.consumer = newParticipant(Role.CONSUMER, null, null);
        this.participants.add(consumer);
    }

    private Participant newParticipant(Role role, @Nullable AgentIdentity identity, @Nullable SecretHash grant) {
        // Nobody asks what an agent's link carries.
        LinkGauge gauge = role == Role.CONSUMER ? new LinkGauge(budget) : null;
        SessionMeter meter = new SessionMeter(budget, gauge, loopCounters, services.ticker());
        return new Participant(nextNumber++, role, identity, grant, meter);
    }

    FrameRouter router() {
        return router;
    }

    MeteringLimits budget() {
        return budget;
    }

    int addressPlace() {
        return addressPlace;
    }

    Participant consumer() {
        return consumer;
    }

    SessionView.@Nullable PageView page() {
        return page;
    }

    List<SessionView.ParticipantView> views() {
        // A copy of two is smaller than a stream's list, and every session has one.
        return List.copyOf(participants.stream().map(Participant::view).toList());
    }

    /** The consumer's HELLO: the first, or one that takes the place again. */
    void admitConsumer(ClientChannel channel, Hello hello, long sequence) throws FrameViolation {
        if (epoch > 0 && !consumer.knows(hello.resume())) {
            session.journal().refused(AuditRefusal.SECRET);
            throw new FrameViolation(
                    CloseCode.NOT_AUTHENTICATED, "resume is not this session's; allowed is the last WELCOME's");
        }
        boolean again = refuseOvertaken(consumer, channel, hello);
        if (epoch == 0 || !(hello.continues() || again)) {
            epoch = epoch % HIGHEST_EPOCH + 1;
        }
        Hello.Page said = hello.page();
        if (said != null) {
            String verified = channel.request().origin();
            page = new SessionView.PageView(
                    session.brand().shared(verified == null ? said.origin() : verified), PagePath.shown(said.path()));
        }
        enter(consumer, channel, hello, hello.resume(), sequence);
    }

    /**
     * A HELLO that a later one overtook on its way changes nobody's place; nor does one of a client that sent so much that it has long to wait.
     *
     * @return whether it is the last one, sent again because its answer was not heard
     */
    private boolean refuseOvertaken(Participant arriving, ClientChannel channel, Hello hello) throws FrameViolation {
        long debtMillis = TimeUnit.NANOSECONDS.toMillis(arriving.meter().debtNanos());
        if (debtMillis > SessionLimits.HIGHEST_DEBT_MILLIS) {
            throw new FrameViolation(
                    CloseCode.OVERLOADED,
                    "too much was sent: paid in " + debtMillis + " ms; allowed are "
                            + SessionLimits.HIGHEST_DEBT_MILLIS);
        }
        Attempts attempts = arriving.attempts();
        ClientChannel present = arriving.channel();
        boolean alive = channel.wasAnsweredAfter(attempts.acceptedNanos());
        Attempts.Order order = attempts.judge(hello, present == null, alive);
        // Where the client has spoken on the carrier that it was welcomed on, nobody waits for a second welcome.
        boolean isEcho = order == Attempts.Order.AGAIN && present != null && present.wasHeard();
        if (order == Attempts.Order.OVERTAKEN || isEcho) {
            throw new FrameViolation(
                    CloseCode.REPLACED, "attempt " + hello.attempt() + " was overtaken; allowed is a later one");
        }
        if (order == Attempts.Order.UNPROVEN) {
            throw new FrameViolation(
                    CloseCode.PLACE_TAKEN,
                    "attempt " + hello.attempt() + " may be overtaken; allowed is a WebSocket's, or a later one");
        }
        attempts.accept(hello, alive, services.ticker().nanoTime());
        return order == Attempts.Order.AGAIN;
    }

    /** HELLO of an agent or observer: by its resume secret, or else by its grant. One whose invitation came to nothing is told so. */
    void admitGuest(ClientChannel channel, Hello hello, long sequence) throws FrameViolation {
        Participant known = find(hello.role(), guest -> guest.knows(hello.resume()));
        Participant guest = known == null ? find(hello.role(), each -> each.wasGranted(hello.grant())) : known;
        Invitation over = guest == null ? session.invitations().findOver(hello) : null;
        if (over != null) {
            welcome(over.agent(), channel, over.agent().renewResume(services.secrets(), null), sequence);
            session.invitations().bidFarewell(channel, over);
            return;
        }
        if (guest == null) {
            session.journal().refused(AuditRefusal.SECRET);
            throw new FrameViolation(
                    CloseCode.NOT_AUTHENTICATED, "no " + hello.role().wireName() + " of this session has that secret");
        }
        refuseOvertaken(guest, channel, hello);
        enter(guest, channel, hello, known == null ? null : hello.resume(), sequence);
    }

    private @Nullable Participant find(Role role, Predicate<Participant> wanted) {
        for (Participant guest : participants) {
            if (guest.role() == role && wanted.test(guest)) {
                return guest;
            }
        }
        return null;
    }

    private void enter(
            Participant arriving, ClientChannel channel, Hello hello, @Nullable String presented, long sequence) {
        boolean ended = session.state() == SessionState.ENDED;
        boolean wasAway = !arriving.isPresent();
        boolean firstTime = !arriving.wasHere();
        ClientChannel replaced = ended ? null : arriving.arrive(channel, hello.lz4());
        String resume = arriving.role() == Role.OBSERVER ? null : arriving.renewResume(services.secrets(), presented);
        welcome(arriving, channel, resume, sequence);
        if (ended) {
            session.bidFarewell(channel);
            return;
        }
        if (replaced != null) {
            replaced.close(CloseCode.REPLACED, "a newer channel took this participant's place");
        }
        if (wasAway) {
            session.journal().arrived(arriving, firstTime);
        }
        session.onArrived(arriving, channel);
        for (Participant other : participants) {
            ClientChannel there = other.channel();
            if (there != null && other != arriving) {
                there.send(Lane.CONTROL, ControlFrames.session(ControlFrames.UNASKED, session.view()));
            }
        }
        router.arrived(arriving);
    }

    private void welcome(Participant arriving, ClientChannel channel, @Nullable String resume, long sequence) {
        channel.open(session, arriving);
        session.refreshView();
        channel.send(
                Lane.CONTROL,
                ControlFrames.welcome(
                        sequence,
                        new ControlFrames.Welcome(
                                arriving.number(),
                                epoch,
                                resume,
                                services.limits(),
                                session.brand().mirrorOrigins()),
                        session.view()));
    }

    /** Keeps a place for somebody who may come with this grant. */
    Participant add(Role role, AgentIdentity identity, SecretHash grant) {
        Participant added = newParticipant(role, identity, grant);
        participants.add(added);
        return added;
    }

    boolean isFull() {
        return participants.size() >= services.limits().participantsPerSession();
    }

    /** Sends a participant away. */
    void dismiss(Participant participant, CloseCode code, String reason) {
        participants.remove(participant);
        ClientChannel last = participant.giveUp(reason);
        if (last != null) {
            last.close(code, reason);
        }
        session.changed();
        router.attendanceChanged();
    }

    /** A channel closed, whoever closed it. */
    void onChannelClosed(Participant participant, ClientChannel channel) {
        if (participant.channel() != channel) {
            return;
        }
        participant.leave();
        session.journal().left(participant);
        startGrace(participant);
        session.changed();
        router.attendanceChanged();
    }

    /** Keeps an absent participant's place for its grace. An invited agent has none: its invitation runs out by itself. */
    void startGrace(Participant absent) {
        if (absent.role() != Role.AGENT || session.state().isLive()) {
            absent.awaitWith(session.schedule(() -> graceIsOver(absent), graceMillis(absent)));
        }
    }

    private long graceMillis(Participant absent) {
        return absent.role() == Role.CONSUMER
                ? services.limits().consumerGraceMillis()
                : services.limits().agentGraceMillis();
    }

    private void graceIsOver(Participant absent) {
        switch (absent.role()) {
            case CONSUMER -> session.end(EndReason.CONSUMER_GONE);
            case AGENT -> session.end(EndReason.AGENT_GONE);
            case OBSERVER -> dismiss(absent, CloseCode.NORMAL, "away for longer than its grace");
        }
    }

    /** Sends a frame to everybody who is there; takes ownership of it. */
    void sendToAll(ByteBuf frame) {
        for (Participant participant : participants) {
            ClientChannel channel = participant.channel();
            if (channel != null) {
                channel.send(Lane.CONTROL, frame.retainedDuplicate());
            }
        }
        frame.release();
    }

    /** Sends everybody the session as it is; to the one who asked for the change, as the answer to its frame. */
    void sendSession(@Nullable ClientChannel asked, long sequence) {
        for (Participant participant : participants) {
            ClientChannel channel = participant.channel();
            if (channel != null) {
                long answers = channel.equals(asked) ? sequence : ControlFrames.UNASKED;
                channel.send(Lane.CONTROL, ControlFrames.session(answers, session.view()));
            }
        }
    }

    /** Everybody's place is given up; answers who is still there to be told why. */
    List<ClientChannel> giveUpAll(EndReason reason) {
        List<ClientChannel> present = new ArrayList<>();
        for (Participant participant : participants) {
            ClientChannel channel = participant.giveUp(reason.wireName());
            if (channel != null) {
                present.add(channel);
            }
        }
        return present;
    }

    /** How long somebody may still come and ask why the session ended: who is away now, or looks present on a path that broke a moment ago. */
    long rememberMillis(EndReason reason) {
        long longest = 0;
        for (Participant participant : participants) {
            if (participant.isPresent()) {
                longest = Math.max(longest, SessionLimits.FAREWELL_MILLIS);
            } else if (!hasGone(participant, reason)) {
                longest = Math.max(longest, graceMillis(participant));
            }
        }
        return longest;
    }

    private static boolean hasGone(Participant participant, EndReason reason) {
        return switch (participant.role()) {
            case CONSUMER -> reason == EndReason.CONSUMER_GONE;
            case AGENT -> reason == EndReason.AGENT_GONE;
            case OBSERVER -> true;
        };
    }
}
