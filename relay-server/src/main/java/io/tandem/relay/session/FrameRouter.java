package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.frame.Lane;
import io.tandem.relay.identity.Role;
import java.util.List;

/**
 * Brings permitted frames of the page, action and pointer lanes to those they are for, and holds back a sender whose receiver cannot
 * keep up. The payload is neither read nor copied: receivers share the frame's memory. On the session's loop.
 */
final class FrameRouter {
    private final List<Participant> participants;

    /** Whether the last frame of the page lane was a keyframe's that more follow of. */
    private boolean insideKeyframe;

    /** Routes among these, as they are at each moment. */
    FrameRouter(List<Participant> participants) {
        this.participants = participants;
    }

    /**
     * Stamps the sender and sends the frame on; the caller keeps its own reference.
     *
     * @return whether somebody was there to receive it
     */
    boolean route(Participant from, FrameType type, ByteBuf frame) {
        FrameHeader.stampSender(frame, from.number());
        boolean keyframeBegins = type == FrameType.KEYFRAME && !insideKeyframe;
        if (from.role() == Role.CONSUMER && type.lane() == Lane.PAGE) {
            insideKeyframe = type == FrameType.KEYFRAME && (FrameHeader.flags(frame) & FrameHeader.MORE) != 0;
        }
        boolean delivered = false;
        for (int i = 0; i < participants.size(); i++) {
            Participant to = participants.get(i);
            ClientChannel channel = to.channel();
            if (channel != null && isFor(from, to, type) && !leavesOut(to, channel, type, keyframeBegins)) {
                channel.send(type.lane(), frame.retainedDuplicate());
                delivered = true;
            }
        }
        return delivered;
    }

    private static boolean isFor(Participant from, Participant to, FrameType type) {
        if (to == from) {
            return false;
        }
        return switch (type.lane()) {
            case POINTER -> true;
            case PAGE -> from.role() == Role.CONSUMER || to.role() == Role.CONSUMER;
            case ACTION -> to.role() == (from.role() == Role.CONSUMER ? Role.AGENT : Role.CONSUMER);
            case CONTROL -> throw new IllegalArgumentException(type + " is the relay's own to answer");
        };
    }

    /** An observer that cannot keep up is skipped to the next keyframe, and never slows the others. */
    private static boolean leavesOut(Participant to, ClientChannel channel, FrameType type, boolean keyframeBegins) {
        if (to.role() != Role.OBSERVER || type.lane() != Lane.PAGE) {
            return false;
        }
        if (!channel.isWritable()) {
            to.fellBehind(true);
        } else if (keyframeBegins) {
            to.fellBehind(false);
        }
        return to.isBehind();
    }

    /** Has whoever sends to a full outlet wait at its source: the consumer for the agent, the agent for the consumer. */
    void balance() {
        for (int i = 0; i < participants.size(); i++) {
            Participant sender = participants.get(i);
            ClientChannel channel = sender.channel();
            if (channel != null) {
                channel.hold(ClientChannel.Hold.RECEIVER, hasFullReceiver(sender));
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
