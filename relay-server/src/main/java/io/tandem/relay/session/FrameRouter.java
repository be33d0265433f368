package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.FrameViolation;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.identity.Role;
import io.tandem.relay.metering.RelayMeters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings permitted frames of the page, action and pointer lanes to those they are for, and holds back a sender whose receiver cannot
 * keep up. The payload is neither read nor copied, and receivers share the frame's memory, unless one end has no LZ4. On the session's loop.
 */
final class FrameRouter {
    private final List<Participant> participants;

    /** Null while nobody needs it, as mostly. */
    private @Nullable PageTranscoder transcoder;

    private final RelayMeters meters;

    /** Whether the last frame of the page lane was a keyframe's that more follow of. */
    private boolean insideKeyframe;

    /** The last frame of the page lane. */
    private long pageSequence;

    private int pageEpoch;

    /** Routes among these, as they are at each moment. */
    FrameRouter(List<Participant> participants, RelayMeters meters) {
        this.participants = participants;
        this.meters = meters;
    }

    /**
     * Stamps the sender and sends the frame on. The caller keeps its own reference, and reads no more in the frame: the last of its receivers has
     * it as it is.
     *
     * @param now in nanoseconds, when it came
     * @return whether somebody was there to receive it
     * @throws FrameViolation where the frame had to be expanded for somebody and is not what it declares
     */
    boolean route(Participant from, FrameType type, ByteBuf frame, long now) throws FrameViolation {
        FrameHeader.stampSender(frame, from.number());
        if (from.role() == Role.CONSUMER && type.lane() == Lane.PAGE) {
            return routePage(from, type, frame, now);
        }
        ClientChannel last = null;
        for (int i = 0; i < participants.size(); i++) {
            Participant to = participants.get(i);
            ClientChannel channel = to.channel();
            if (channel != null && isFor(from, to, type)) {
                if (last != null) {
                    last.send(type.lane(), frame.retainedDuplicate(), now);
                }
                last = channel;
            }
        }
        if (last == null) {
            return false;
        }
        // The only receiver, as most are, needs no view of its own.
        last.send(type.lane(), forTheTag(from, type, frame), now);
        return true;
    }

    private static boolean isFor(Participant from, Participant to, FrameType type) {
        if (to == from) {
            return false;
        }
        return switch (type.lane()) {
            case POINTER -> true;
            case PAGE -> to.role() == Role.CONSUMER;
            case ACTION -> to.role() == (from.role() == Role.CONSUMER ? Role.AGENT : Role.CONSUMER);
            case CONTROL -> throw new IllegalArgumentException(type + " is the relay's own to answer");
        };
    }

    /** What the tag would send again is linked to what the transcoder has expanded already: one without LZ4 goes on with a keyframe. */
    private ByteBuf forTheTag(Participant from, FrameType type, ByteBuf frame) {
        boolean resumesWithKeyframe = type == FrameType.RESUME && !from.readsLz4();
        if (resumesWithKeyframe || type == FrameType.KEYFRAME_REQUEST) {
            meters.keyframeAsked();
        }
        return resumesWithKeyframe
                ? ControlFrames.keyframeRequest(from.number(), FrameHeader.epoch(frame), FrameHeader.sequence(frame))
                : frame.retain();
    }

    private boolean routePage(Participant from, FrameType type, ByteBuf frame, long now) throws FrameViolation {
        boolean keyframeBegins = type == FrameType.KEYFRAME && !goesOnWithKeyframe(frame);
        pageEpoch = FrameHeader.epoch(frame);
        pageSequence = FrameHeader.sequence(frame);
        insideKeyframe = type == FrameType.KEYFRAME && (FrameHeader.flags(frame) & FrameHeader.MORE) != 0;
        skipWhoIsBehind(keyframeBegins);
        ByteBuf plain = null;
        if (isWanted(false)) {
            PageTranscoder expanding = transcoder == null ? new PageTranscoder() : transcoder;
            transcoder = expanding;
            plain = expanding.expand(frame, keyframeBegins, from.meter());
        } else {
            transcoder = null;
        }
        ByteBuf small = !from.readsLz4() && isWanted(true) ? PageTranscoder.compress(frame) : null;
        try {
            return sendPage(plain, small == null ? frame : small, now);
        } finally {
            if (plain != null) {
                plain.release();
            }
            if (small != null) {
                small.release();
            }
        }
    }

    /** A keyframe may be given up for another: the next frame of the same one follows it, and a block that stands alone is a first one. */
    private boolean goesOnWithKeyframe(ByteBuf frame) {
        boolean follows = FrameHeader.epoch(frame) == pageEpoch && FrameHeader.sequence(frame) == pageSequence + 1;
        int block = FrameHeader.flags(frame) & (FrameHeader.COMPRESSED | FrameHeader.LINKED);
        return insideKeyframe && follows && block != FrameHeader.COMPRESSED;
    }

    /** @param plain for those without LZ4; null: they have it, or wait for a keyframe */
    private boolean sendPage(@Nullable ByteBuf plain, ByteBuf usual, long now) {
        boolean delivered = false;
        ClientChannel last = null;
        for (int i = 0; i < participants.size(); i++) {
            Participant to = participants.get(i);
            ClientChannel channel = to.channel();
            if (channel == null || !isSentPages(to)) {
                continue;
            }
            delivered = true;
            if (!to.readsLz4()) {
                if (plain != null) {
                    channel.send(Lane.PAGE, plain.retainedDuplicate(), now);
                }
                continue;
            }
            if (last != null) {
                last.send(Lane.PAGE, usual.retainedDuplicate(), now);
            }
            last = channel;
        }
        if (last != null) {
            last.send(Lane.PAGE, usual.retain(), now);
        }
        return delivered;
    }

    /** Whether somebody is there whom a page frame is sent to, with LZ4 or without: nothing is expanded or compressed for nobody. */
    private boolean isWanted(boolean withLz4) {
        for (int i = 0; i < participants.size(); i++) {
            Participant to = participants.get(i);
            if (isSentPages(to) && to.readsLz4() == withLz4) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSentPages(Participant to) {
        return to.role() != Role.CONSUMER && to.isPresent() && !(to.role() == Role.OBSERVER && to.isBehind());
    }

    /** An observer that cannot keep up is skipped to the next keyframe, and never slows the others. */
    private void skipWhoIsBehind(boolean keyframeBegins) {
        for (int i = 0; i < participants.size(); i++) {
            Participant to = participants.get(i);
            ClientChannel channel = to.channel();
            if (to.role() == Role.OBSERVER && channel != null) {
                if (!channel.isWritable()) {
                    to.fellBehind(true);
                } else if (keyframeBegins) {
                    to.fellBehind(false);
                }
            }
        }
    }

    /** Somebody came, on whose last channel frames may have been lost: without LZ4, what goes on with a keyframe would look like the beginning of one. */
    void arrived(Participant arrived) {
        if (!arrived.readsLz4()) {
            transcoder = null;
        }
        attendanceChanged();
    }

    /** Somebody came or went. */
    void attendanceChanged() {
        if (!isWanted(false)) {
            transcoder = null;
        }
        balance();
    }

    /** Has whoever sends to a full outlet wait at its source: the consumer for the agent, the agent for the consumer. */
    void balance() {
        for (int i = 0; i < participants.size(); i++) {
            Participant sender = participants.get(i);
            ClientChannel channel = sender.channel();
            if (channel != null) {
                channel.hold(Hold.RECEIVER, hasFullReceiver(sender));
            }
        }
    }

    private boolean hasFullReceiver(Participant sender) {
        Role receiving = switch (sender.role()) {
            case CONSUMER -> Role.AGENT;
            case AGENT, OBSERVER -> Role.CONSUMER;
        };
        for (int i = 0; i < participants.size(); i++) {
            Participant receiver = participants.get(i);
            ClientChannel channel = receiver.channel();
            if (receiver.role() == receiving && channel != null && !channel.isWritable()) {
                return true;
            }
        }
        return false;
    }
}
