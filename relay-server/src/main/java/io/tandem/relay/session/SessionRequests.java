package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.RefusalReason;
import io.tandem.relay.identity.Role;
import org.jspecify.annotations.Nullable;

/** What participants ask of the session by control frames, and by it of each other. On the session's loop. */
final class SessionRequests {
    private final Session session;

    /** Null until the consumer asks for something, which few do. */
    private @Nullable Asking asking;

    /** Null until the agent asks for a higher mode. */
    private @Nullable ModeWish wish;

    SessionRequests(Session session) {
        this.session = session;
    }

    /** A control frame that the permission table allows. */
    void onFrame(Participant from, ClientChannel channel, FrameType type, ByteBuf frame) throws FrameViolation {
        long sequence = FrameHeader.sequence(frame);
        ByteBuf payload = FrameHeader.payload(frame);
        switch (type) {
            case PING -> channel.send(Lane.CONTROL, ControlFrames.pong(frame));
            case PONG -> {} // was heard, which is all it is for
            case INVITATION_ANSWER -> session.invitations().answer(channel, frame);
            case SET_MODE -> setMode(from, channel, ControlPayload.mode(payload), sequence);
            case PAUSE -> {
                session.pause(from, ControlPayload.paused(payload));
                session.changed(channel, sequence);
            }
            case ASK -> asking().ask(channel, ControlPayload.asked(payload), sequence);
            case END -> {
                ControlPayload.end(payload);
                session.endBy(from);
            }
            default -> throw new IllegalArgumentException(type + " is not for the relay to receive");
        }
    }

    private void setMode(Participant from, ClientChannel channel, Mode wanted, long sequence) {
        Mode before = session.mode();
        if (before != null && wanted.compareTo(before) > 0 && from.role() != Role.CONSUMER) {
            askForMode(from, channel, wanted, before, sequence);
            return;
        }
        if (wish != null) {
            if (wish.open() != null && from.role() == Role.CONSUMER && wanted.compareTo(wish.open()) < 0) {
                session.journal().modeDeclined(from, wish.open(), wanted);
            }
            wish.close();
        }
        session.become(wanted);
        session.journal().mode(from, wanted, before);
        session.changed(channel, sequence);
    }

    private void askForMode(Participant from, ClientChannel channel, Mode wanted, Mode now, long sequence) {
        session.journal().modeAsked(from, wanted, now);
        if (wish == null) {
            wish = new ModeWish(session);
        }
        if (wish.ask(wanted)) {
            session.changed(channel, sequence);
        } else {
            channel.refuse(RefusalReason.CONSENT_NEEDED, FrameType.SET_MODE, sequence);
        }
    }

    private Asking asking() {
        if (asking == null) {
            asking = new Asking(session, session.services());
        }
        return asking;
    }

    /** Brings a consumer who has just arrived up to date. */
    void tell(ClientChannel consumer) {
        if (asking != null) {
            asking.tell(consumer);
        }
    }

    /** An agent has asked the consumer: what the consumer asked for is there. */
    void invited() {
        if (asking != null) {
            asking.over();
        }
    }

    /** Nobody is left to ask. */
    void sessionEnded() {
        invited();
        if (wish != null) {
            wish.close();
        }
    }

    @Nullable
    Mode modeAsked() {
        return wish == null ? null : wish.open();
    }

    /** By the relay's ticker; null where no agent is asked for. */
    @Nullable
    Long askingSinceNanos() {
        return asking != null && asking.isForAgent() ? asking.sinceNanos() : null;
    }
}
