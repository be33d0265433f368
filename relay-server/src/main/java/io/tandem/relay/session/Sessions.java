package io.tandem.relay.session;

import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.identity.AgentIdentity;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.Role;
import io.tandem.relay.identity.SecretHash;
import io.tandem.relay.identity.SessionState;
import io.tandem.relay.metering.CarrierMeters;
import io.tandem.relay.session.SessionDirectory.AgentKey;
import io.tandem.relay.session.SessionDirectory.Claim;
import io.tandem.relay.session.SessionDirectory.Stage;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of this node: opens channels to them and carries out what agents ask by REST. Any thread may call it; answers
 * complete on the session's loop.
 */
public final class Sessions implements ChannelGate {
    /** The version of the wire protocol that this relay speaks. */
    static final int PROTOCOL_VERSION = 1;

    private static final int SESSION_ID_CHARACTERS = 26;

    /** All sessions, with those that are only remembered, are at most so many times those that may be live. */
    private static final int REMEMBERED_SHARE = 2;

    private final SessionServices services;
    private final SessionLoops loops;

    /** A session is put and removed on its own loop only. */
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    /** How many of them are over, and only remembered. */
    private final AtomicInteger ended = new AtomicInteger();

    private final SessionShares shares;
    private final CodeGuesses guesses;

    private volatile boolean draining;

    private final Keeper keeper = new Keeper() {
        @Override
        public void ended(Session session) {
            shares.leave(session.brand(), session.attendance().addressPlace());
            ended.incrementAndGet();
        }

        @Override
        public void forgotten(Session session) {
            sessions.remove(session.id(), session);
            ended.decrementAndGet();
        }
    };

    /** No sessions yet. */
    public Sessions(SessionServices services, SessionLoops loops) {
        this.services = services;
        this.loops = loops;
        SaltedPlaces places = new SaltedPlaces(services.secrets().next());
        this.shares = new SessionShares(services.limits().sessionsPerAddress(), places);
        this.guesses = new CodeGuesses(services.guessLimits(), services.ticker(), places);
    }

    SessionServices services() {
        return services;
    }

    /** Where those who refuse somebody in front of the sessions say so. Any thread may ask. */
    public AuditSink audit() {
        return services.audit();
    }

    /** Whether a text can be a session's id. */
    public static boolean isSessionId(String text) {
        if (text.length() != SESSION_ID_CHARACTERS) {
            return false;
        }
        for (int i = 0; i < SESSION_ID_CHARACTERS; i++) {
            if (!isCrockford(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Digits and small letters, without those that look like digits or make words. */
    private static boolean isCrockford(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z' && c != 'i' && c != 'l' && c != 'o' && c != 'u');
    }

    @Override
    public @Nullable String noRoomFor(String sessionId) {
        // Who comes while the node drains is told so by the channel's close: another node may take it at once.
        if (draining || sessions.containsKey(sessionId)) {
            return null;
        }
        if (isFull()) {
            return turnAway(NoRoom.SESSIONS);
        }
        return loops.of(sessionId).lag().isBehind() ? turnAway(NoRoom.LAG) : null;
    }

    @Override
    public String turnAway(NoRoom why) {
        services.meters().turnedAway(why.label());
        return why.message();
    }

    @Override
    public CarrierMeters carrierMeters() {
        return services.meters().carriers();
    }

    @Override
    public ChannelIngress open(ChannelRequest request, Outlet outlet) {
        SessionLoops.Loop loop = loops.of(request.sessionId());
        if (!loop.executor().inEventLoop()) {
            throw new IllegalStateException("a channel was opened off its session's event loop by "
                    + Thread.currentThread().getName());
        }
        ClientChannel channel = new ClientChannel(this, request, outlet, loop);
        channel.begin();
        return channel;
    }

    /** HELLO of a channel, on its session's loop. */
    void admit(ClientChannel channel, Hello hello, long sequence) throws FrameViolation {
        if (hello.protocolLowest() > PROTOCOL_VERSION || hello.protocolHighest() < PROTOCOL_VERSION) {
            String older = hello.protocolLowest() > PROTOCOL_VERSION ? "relay" : "client";
            throw new FrameViolation(
                    CloseCode.VERSION,
                    "the " + older + " is older: the client speaks " + hello.protocolLowest() + " to "
                            + hello.protocolHighest() + ", the relay " + PROTOCOL_VERSION);
        }
        String id = channel.request().sessionId();
        if (hello.role() == Role.CONSUMER) {
            Brand brand = brandOf(hello, channel.request().origin());
            Session known = sessions.get(id);
            if (known != null && !known.brand().key().equals(brand.key())) {
                throw new FrameViolation(CloseCode.NOT_AUTHENTICATED, "the session is another brand's");
            }
            Session session =
                    known == null ? create(id, brand, channel.request().remote()) : known;
            session.admit(channel, hello, sequence);
            if (known == null) {
                // Brands may have changed since they were looked at, and who looked for sessions that are not served
                // found none.
                endUnlessServed(session);
            }
            return;
        }
        Session session = sessions.get(id);
        if (session == null) {
            throw new FrameViolation(CloseCode.NO_SUCH_SESSION, "the session is not here; its consumer is not either");
        }
        session.admit(channel, hello, sequence);
    }

    private Brand brandOf(Hello hello, @Nullable String origin) throws FrameViolation {
        Brand brand = hello.brand() == null ? null : services.brands().get().find(hello.brand());
        if (brand == null) {
            throw new FrameViolation(CloseCode.NOT_AUTHENTICATED, "the brand is unknown to this relay");
        }
        if (origin == null || !brand.origins().contains(origin)) {
            services.audit().refused(brand.key(), AuditRefusal.PAGE_ORIGIN);
            throw new FrameViolation(
                    CloseCode.FORBIDDEN, "origin " + origin + "; allowed are those that brand " + brand.key() + " has");
        }
        return brand;
    }

    private Session create(String id, Brand brand, InetSocketAddress consumer) throws FrameViolation {
        if (!isSessionId(id)) {
            throw new FrameViolation(
                    CloseCode.MALFORMED, "the session's id; allowed are 26 characters of Crockford base32, lower case");
        }
        if (draining) {
            throw new FrameViolation(CloseCode.DRAINING, "the node drains; connect again to reach another");
        }
        int allowed = services.limits().sessionsPerNode();
        if (isFull()) {
            throw new FrameViolation(CloseCode.OVERLOADED, "one session more than this node's " + allowed);
        }
        int place = shares.placeOf(consumer);
        NoRoom noShare = shares.enter(brand, place);
        if (noShare != null) {
            throw new FrameViolation(CloseCode.OVERLOADED, turnAway(noShare));
        }
        Session session = new Session(id, brand, services, loops.of(id), keeper, place);
        sessions.put(id, session);
        return session;
    }

    /** One that is over takes nobody's place, but what is remembered has a bound too. */
    private boolean isFull() {
        int allowed = services.limits().sessionsPerNode();
        int all = sessions.size();
        return all - ended.get() >= allowed || all >= REMEMBERED_SHARE * allowed;
    }

    /** The brand's sessions in this state. */
    public List<SessionView> list(Brand brand, SessionState state) {
        return sessions.values().stream()
                .map(Session::view)
                .filter(view -> view.brand().equals(brand.key()) && view.state() == state)
                .toList();
    }

    /** A session of the brand. */
    public Optional<SessionView> find(Brand brand, String id) {
        return Optional.ofNullable(ofBrand(brand, id)).map(Session::view);
    }

    private @Nullable Session ofBrand(Brand brand, String id) {
        Session session = sessions.get(id);
        return session != null && session.brand().key().equals(brand.key()) ? session : null;
    }

    /** Asks a consumer on an agent's behalf, unless either of them is engaged. */
    public CompletionStage<InviteOutcome> invite(AgentIdentity agent, String sessionId, Mode mode) {
        Session session = ofBrand(agent.brand(), sessionId);
        if (session == null) {
            return done(new InviteOutcome.NoSuchSession());
        }
        Claim wanted = new Claim(
                new AgentKey(agent.brand().key(), agent.id()),
                session.id(),
                services.secrets().next(),
                services.node(),
                Stage.PENDING);
        long leaseMillis = services.limits().invitationMillis() + SessionLimits.LEASE_MARGIN_MILLIS;
        return services.directory().claim(wanted, leaseMillis).thenCompose(standing -> {
            if (!standing.equals(wanted)) {
                return done(new InviteOutcome.AgentBusy(standing.stage()));
            }
            return on(session, () -> session.invitations().offer(agent, wanted, mode))
                    .whenComplete((outcome, fault) -> {
                        if (!(outcome instanceof InviteOutcome.Invited)) {
                            services.directory().release(wanted);
                        }
                    });
        });
    }

    /**
     * The same for the consumer who was given this code. The code stands for nothing more once the consumer is asked.
     *
     * @param from where the agent is
     */
    public CompletionStage<InviteOutcome> inviteByCode(
            AgentIdentity agent, InetSocketAddress from, String code, Mode mode) {
        CodeGuesses.Guess guess = guesses.enter(agent, from);
        if (guess == null) {
            services.audit().refused(agent.brand().key(), AuditRefusal.CODE);
            return done(new InviteOutcome.TooManyGuesses(guesses.lockedMillis()));
        }
        return services.codes()
                .find(agent.brand().key(), code)
                .whenComplete((found, fault) -> {
                    if (fault != null || found.isPresent()) {
                        guess.forgive();
                    }
                })
                .thenCompose(found -> {
                    if (found.isEmpty()) {
                        services.audit().refused(agent.brand().key(), AuditRefusal.CODE);
                        return done(new InviteOutcome.NoSuchCode());
                    }
                    // Who had it may have gone this moment.
                    return invite(agent, found.get(), mode)
                            .thenApply(outcome -> outcome instanceof InviteOutcome.NoSuchSession
                                    ? new InviteOutcome.NoSuchCode()
                                    : outcome);
                });
    }

    /** What became of an invitation. */
    public CompletionStage<Optional<InvitationView>> invitation(Brand brand, String sessionId, String invitationId) {
        Session session = ofBrand(brand, sessionId);
        if (session == null) {
            return done(Optional.empty());
        }
        return on(
                session,
                () -> Optional.ofNullable(session.invitations().find(invitationId))
                        .map(found -> found.view(services.ticker().nanoTime())));
    }

    /** Takes an agent's own pending invitation back. */
    public CompletionStage<CommandOutcome> withdraw(AgentIdentity agent, String sessionId, String invitationId) {
        Session session = ofBrand(agent.brand(), sessionId);
        return session == null
                ? done(CommandOutcome.NOT_FOUND)
                : on(session, () -> session.invitations().withdraw(agent, invitationId));
    }

    /** Ends a session that the agent takes part in, or takes back its invitation to it. */
    public CompletionStage<CommandOutcome> end(AgentIdentity agent, String sessionId) {
        Session session = ofBrand(agent.brand(), sessionId);
        return session == null ? done(CommandOutcome.NOT_FOUND) : on(session, () -> session.endBy(agent));
    }

    /** Lets somebody watch a live session; the grant, or nothing where the session is not live, full or not the brand's. */
    public CompletionStage<Optional<String>> observe(AgentIdentity supervisor, String sessionId) {
        Session session = ofBrand(supervisor.brand(), sessionId);
        if (session == null) {
            return done(Optional.empty());
        }
        String grant = services.secrets().next();
        return on(
                session,
                () -> session.addObserver(supervisor, SecretHash.of(grant)) ? Optional.of(grant) : Optional.empty());
    }

    /** Ends sessions of brands and origins that are not served any more. To be called when brands have changed. */
    public void endUnserved() {
        for (Session session : sessions.values()) {
            session.run(() -> endUnlessServed(session));
        }
    }

    /** What a session began with stands, unless its brand or its consumer's origin is not served any more. On its loop. */
    private void endUnlessServed(Session session) {
        Brand now = services.brands().get().find(session.brand().key());
        SessionView.PageView page = session.attendance().page();
        // A tag that does not say where it is may be where it must not be.
        boolean isServed = now != null
                && (page == null
                        ? now.origins().containsAll(session.brand().origins())
                        : now.origins().contains(page.origin()));
        if (!isServed) {
            session.end(EndReason.NOT_SERVED);
        }
    }

    /** Takes no new sessions and asks all clients to connect elsewhere within this time. */
    public void drain(long withinMillis) {
        draining = true;
        for (Session session : sessions.values()) {
            session.run(() -> session.attendance().sendToAll(ControlFrames.goAway(withinMillis)));
        }
    }

    /** Whether new sessions are refused. */
    public boolean isDraining() {
        return draining;
    }

    /** Ends all sessions; completes when everybody was told. */
    public CompletionStage<Void> stop() {
        draining = true;
        return CompletableFuture.allOf(sessions.values().stream()
                .map(session -> on(session, () -> {
                    session.stop();
                    return session;
                }))
                .toArray(CompletableFuture<?>[]::new));
    }

    private static <T> CompletableFuture<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    private static <T> CompletableFuture<T> on(Session session, Supplier<T> command) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable task = () -> {
            try {
                result.complete(command.get());
            } catch (Throwable fault) {
                // Also memory that has run out: whoever waits for the result would wait for ever.
                result.completeExceptionally(fault);
            }
        };
        if (!session.run(task)) {
            result.completeExceptionally(new RejectedExecutionException("the node has stopped"));
        }
        return result;
    }
}
