package io.tandem.relay.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.tandem.relay.frame.CloseCode;
import io.tandem.relay.frame.FrameHeader;
import io.tandem.relay.frame.FrameType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An outlet that keeps what it was given, as plain bytes, so that nothing is left to release. */
public final class RecordingOutlet implements Outlet {
    /** A frame that was sent. */
    public record Sent(FrameType type, int sender, int epoch, long sequence, String payload, String hex) {}

    private final List<Sent> sent = new ArrayList<>();
    private boolean writable = true;
    private boolean reading = true;
    private @Nullable CloseCode closeCode;
    private String closeReason = "";

    @Override
    public void write(ByteBuf frame) {
        try {
            if (closeCode == null) {
                // All bytes at once: the leak detector notes each access.
                byte[] bytes = ByteBufUtil.getBytes(frame);
                sent.add(new Sent(
                        Objects.requireNonNull(FrameType.ofCode(FrameHeader.typeCode(frame))),
                        FrameHeader.sender(frame),
                        FrameHeader.epoch(frame),
                        FrameHeader.sequence(frame),
                        new String(
                                bytes,
                                FrameHeader.LENGTH_BYTES,
                                bytes.length - FrameHeader.LENGTH_BYTES,
                                StandardCharsets.UTF_8),
                        ByteBufUtil.hexDump(bytes)));
            }
        } finally {
            frame.release();
        }
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public void setReading(boolean on) {
        reading = on;
    }

    @Override
    public void close(CloseCode code, String reason) {
        if (closeCode == null) {
            closeCode = code;
            closeReason = reason;
        }
    }

    public void writable(boolean now) {
        writable = now;
    }

    public boolean isReading() {
        return reading;
    }

    public @Nullable CloseCode closeCode() {
        return closeCode;
    }

    public String closeReason() {
        return closeReason;
    }

    /** What was sent since the last call. */
    public List<Sent> take() {
        List<Sent> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    /** The types of what was sent since the last call. */
    public List<FrameType> takeTypes() {
        return take().stream().map(Sent::type).toList();
    }

    /** The last frame of a type, of those not taken. */
    public Sent last(FrameType type) {
        return sent.stream()
                .filter(frame -> frame.type() == type)
                .reduce((first, second) -> second)
                .orElseThrow(() -> new AssertionError("no " + type + " in " + sent));
    }

    /** A client's frame. */
    public static ByteBuf frame(FrameType type, int flags, int epoch, long sequence, byte[] payload) {
        ByteBuf frame = Unpooled.buffer(FrameHeader.LENGTH_BYTES + payload.length);
        FrameHeader.write(frame, type, flags, 0, epoch, sequence);
        return frame.writeBytes(payload);
    }

    /** A client's control frame. */
    public static ByteBuf control(FrameType type, long sequence, String json) {
        return frame(type, FrameHeader.NO_FLAGS, 0, sequence, json.getBytes(StandardCharsets.UTF_8));
    }
}
