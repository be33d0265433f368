package io.tandem.relay.session;

import io.netty.util.concurrent.Future;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.identity.RefusalReason;
import io.tandem.relay.identity.SessionState;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a waiting consumer asks for: an agent, whoever is free, or a code to read to the one on the phone. Over when an agent invites, when the consumer
 * takes it back, and when the session ends. On the session's loop.
 */
final class Asking {
    private final Session session;
    private final SessionServices services;
    private final GuessLimits limits;

    private AskedFor wanted = AskedFor.NOTHING;
    private long sinceNanos;

    private @Nullable String code;
    private long codeUntilNanos;
    private @Nullable Future<?> codeExpiry;
    /** Whether a code is on its way that is still wanted. */
    private boolean isIssuing;

    private int issued;

    Asking(Session session, SessionServices services) {
        this.session = session;
        this.services = services;
        this.limits = services.guessLimits();
    }

    /** Whether the consumer waits for any agent. */
    boolean isForAgent() {
        return wanted == AskedFor.AGENT;
    }

    /** By the relay's ticker. */
    long sinceNanos() {
        return sinceNanos;
    }

    /** ASK of the consumer, which may have asked the same before. */
    void ask(ClientChannel consumer, AskedFor now, long sequence) {
        if (now == AskedFor.CODE) {
            askForCode(consumer, sequence);
            return;
        }
        isIssuing = false;
        if (now != wanted) {
            withdraw();
            wanted = now;
            sinceNanos = services.ticker().nanoTime();
            if (now == AskedFor.AGENT) {
                session.journal().helpAsked();
            }
            session.refreshView();
        }
        answer(consumer, sequence);
    }

    private void askForCode(ClientChannel consumer, long sequence) {
        if (code != null) {
            answer(consumer, sequence);
        } else if (issued >= limits.codesPerSession()) {
            consumer.refuse(RefusalReason.NO_CODE, FrameType.ASK, sequence);
        } else if (!isIssuing) {
            // One who asks twice at once is answered once, which both frames are answered by.
            isIssuing = true;
            issued++;
            services.codes()
                    .issue(session.brand().key(), session.id(), limits.validMillis())
                    .whenComplete((drawn, fault) ->
                            session.run(() -> issued(consumer, fault == null ? drawn : Optional.empty(), sequence)));
        }
    }

    private void issued(ClientChannel consumer, Optional<String> drawn, long sequence) {
        boolean isWanted = isIssuing && session.state() == SessionState.WAITING;
        isIssuing = false;
        if (!isWanted) {
            drawn.ifPresent(this::revoke);
            return;
        }
        if (drawn.isEmpty()) {
            consumer.refuse(RefusalReason.NO_CODE, FrameType.ASK, sequence);
            return;
        }
        withdraw();
        wanted = AskedFor.CODE;
        code = drawn.get();
        codeUntilNanos = services.ticker().nanoTime() + TimeUnit.MILLISECONDS.toNanos(limits.validMillis());
        codeExpiry = session.schedule(this::expired, limits.validMillis());
        session.refreshView();
        session.consumer()
                .ifPresent(channel -> answer(channel, channel.equals(consumer) ? sequence : ControlFrames.UNASKED));
    }

    private void expired() {
        over();
        session.consumer().ifPresent(channel -> answer(channel, ControlFrames.UNASKED));
    }

    /** Brings a consumer who has just arrived up to date. */
    void tell(ClientChannel consumer) {
        if (wanted != AskedFor.NOTHING) {
            answer(consumer, ControlFrames.UNASKED);
        }
    }

    private void answer(ClientChannel consumer, long sequence) {
        long left = code == null
                ? 0
                : Math.max(0, codeUntilNanos - services.ticker().nanoTime());
        consumer.send(Lane.CONTROL, ControlFrames.asked(sequence, wanted, code, TimeUnit.NANOSECONDS.toMillis(left)));
    }

    /** An agent has invited, or the session ends. */
    void over() {
        isIssuing = false;
        withdraw();
        session.refreshView();
    }

    private void withdraw() {
        wanted = AskedFor.NOTHING;
        if (codeExpiry != null) {
            codeExpiry.cancel(false);
            codeExpiry = null;
        }
        if (code != null) {
            revoke(code);
            code = null;
        }
    }

    private void revoke(String standing) {
        services.codes().revoke(session.brand().key(), standing, session.id()).exceptionally(fault -> {
            session.log("could not revoke its code; it will run out", fault);
            return null;
        });
    }
}
