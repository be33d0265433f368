package io.tandem.relay.session;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import io.tandem.relay.identity.Mode;
import io.tandem.relay.identity.RefusalReason;
import io.tandem.relay.metering.LinkQuality;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the relay's own frames. Each answer is a new buffer that the caller owns. */
final class ControlFrames {
    /** Sequence of a frame that answers nothing. */
    static final long UNASKED = 0;

    private static final int RELAY = 0;
    private static final int NO_EPOCH = 0;

    /** KEYFRAME_REQUEST's reason where frames are missing. */
    private static final int REASON_GAP = 2;

    private static final JsonFactory JSON = new JsonFactory();

    /** Writes the members of the payload's object. */
    private interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    private ControlFrames() {}

    /** What WELCOME says besides the session. */
    record Welcome(
            int participant, int epoch, @Nullable String resume, SessionLimits limits, List<String> resourceOrigins) {}

    static ByteBuf welcome(long sequence, Welcome welcome, SessionView session) {
        return frame(FrameType.WELCOME, sequence, json -> {
            json.writeNumberField("protocol", Sessions.PROTOCOL_VERSION);
            json.writeNumberField("participant", welcome.participant());
            json.writeNumberField("epoch", welcome.epoch());
            if (welcome.resume() != null) {
                json.writeStringField("resume", welcome.resume());
            }
            json.writeObjectFieldStart("session");
            writeSession(json, session);
            json.writeEndObject();
            json.writeObjectFieldStart("limits");
            json.writeNumberField("frameBytes", welcome.limits().frameBytes());
            json.writeNumberField("expandedBytes", welcome.limits().expandedBytes());
            json.writeNumberField("heartbeatMillis", welcome.limits().heartbeatMillis());
            json.writeEndObject();
            json.writeArrayFieldStart("resourceOrigins");
            for (String origin : welcome.resourceOrigins()) {
                json.writeString(origin);
            }
            json.writeEndArray();
        });
    }

    static ByteBuf session(long sequence, SessionView session) {
        return frame(FrameType.SESSION, sequence, json -> writeSession(json, session));
    }

    private static void writeSession(JsonGenerator json, SessionView session) throws IOException {
        json.writeStringField("id", session.id());
        json.writeStringField("state", session.state().wireName());
        json.writeStringField(
                "mode", session.mode() == null ? null : session.mode().wireName());
        if (session.modeAsked() != null) {
            json.writeStringField("modeAsked", session.modeAsked().wireName());
        }
        json.writeStringField(
                "reason", session.reason() == null ? null : session.reason().wireName());
        json.writeArrayFieldStart("participants");
        for (SessionView.ParticipantView participant : session.participants()) {
            json.writeStartObject();
            json.writeNumberField("number", participant.number());
            json.writeStringField("role", participant.role().wireName());
            json.writeStringField("name", participant.name());
            json.writeBooleanField("present", participant.present());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeStringField("resources", session.resources().wireName());
    }

    static ByteBuf invitation(String invitation, Mode mode, String agent, long expiresInMillis) {
        return frame(FrameType.INVITATION, UNASKED, json -> {
            json.writeStringField("invitation", invitation);
            json.writeStringField("mode", mode.wireName());
            json.writeStringField("agent", agent);
            json.writeNumberField("expiresInMillis", expiresInMillis);
        });
    }

    static ByteBuf invitationState(long sequence, String invitation, InvitationState state) {
        return frame(FrameType.INVITATION_STATE, sequence, json -> {
            json.writeStringField("invitation", invitation);
            json.writeStringField("state", state.wireName());
        });
    }

    /** @param code with {@link AskedFor#CODE} only */
    static ByteBuf asked(long sequence, AskedFor want, @Nullable String code, long expiresInMillis) {
        return frame(FrameType.ASKED, sequence, json -> {
            json.writeStringField("want", want.wireName());
            if (code != null) {
                json.writeStringField("code", code);
                json.writeNumberField("expiresInMillis", expiresInMillis);
            }
        });
    }

    static ByteBuf error(
            RefusalReason reason, String message, FrameType refused, long sequence, List<FrameType> allowed) {
        return frame(FrameType.ERROR, sequence, json -> {
            json.writeStringField("reason", reason.wireName());
            json.writeStringField("message", message);
            json.writeNumberField("type", refused.code());
            json.writeNumberField("sequence", sequence);
            json.writeArrayFieldStart("allowed");
            for (FrameType type : allowed) {
                json.writeString(type.name());
            }
            json.writeEndArray();
        });
    }

    static ByteBuf goAway(long withinMillis) {
        return frame(FrameType.GO_AWAY, UNASKED, json -> {
            json.writeStringField("reason", "draining");
            json.writeNumberField("withinMillis", withinMillis);
        });
    }

    static ByteBuf budget(LinkQuality quality, int allowedKbps, int measuredKbps) {
        return frame(FrameType.BUDGET, UNASKED, json -> {
            json.writeStringField("quality", quality.wireName());
            json.writeNumberField("allowedKbps", allowedKbps);
            json.writeNumberField("measuredKbps", measuredKbps);
        });
    }

    static ByteBuf ping() {
        ByteBuf frame = ByteBufAllocator.DEFAULT.buffer(FrameHeader.LENGTH_BYTES);
        FrameHeader.write(frame, FrameType.PING, FrameHeader.NO_FLAGS, RELAY, NO_EPOCH, UNASKED);
        return frame;
    }

    static ByteBuf pong(ByteBuf ping) {
        ByteBuf frame = ByteBufAllocator.DEFAULT.buffer(ping.readableBytes());
        FrameHeader.write(frame, FrameType.PONG, FrameHeader.NO_FLAGS, RELAY, NO_EPOCH, FrameHeader.sequence(ping));
        return frame.writeBytes(FrameHeader.payload(ping));
    }

    /** Asks a tag, in a viewer's name and with its mark, for a keyframe because frames are missing. */
    static ByteBuf keyframeRequest(int sender, int epoch, long mark) {
        ByteBuf frame = ByteBufAllocator.DEFAULT.buffer(FrameHeader.LENGTH_BYTES + 1);
        FrameHeader.write(frame, FrameType.KEYFRAME_REQUEST, FrameHeader.NO_FLAGS, sender, epoch, mark);
        return frame.writeByte(REASON_GAP);
    }

    private static ByteBuf frame(FrameType type, long sequence, Members members) {
        ByteBuf frame = ByteBufAllocator.DEFAULT.buffer();
        boolean written = false;
        try (OutputStream out = new ByteBufOutputStream(frame);
                JsonGenerator json = JSON.createGenerator(out)) {
            FrameHeader.write(frame, type, FrameHeader.NO_FLAGS, RELAY, NO_EPOCH, sequence);
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
            json.flush();
            written = true;
            return frame;
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer refused to be written to", e);
        } finally {
            if (!written) {
                frame.release();
            }
        }
    }
}
