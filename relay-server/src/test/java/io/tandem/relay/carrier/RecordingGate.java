package io.tandem.relay.carrier;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.tandem.relay.metering.CarrierMeters;
import io.tandem.relay.session.ChannelGate;
import io.tandem.relay.session.ChannelIngress;
import io.tandem.relay.session.ChannelRequest;
import io.tandem.relay.session.Outlet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A session that only remembers what its carrier told it. */
public final class RecordingGate implements ChannelGate, ChannelIngress {
    public final List<String> told = new ArrayList<>();
    public final List<Integer> carried = new ArrayList<>();

    /** What came with no frame. */
    public final List<Integer> carriedAlone = new ArrayList<>();

    public IntConsumer onCarried = bytes -> {};

    public final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private final CarrierMeters meters = new CarrierMeters(registry);

    public Runnable onOpen = () -> {};

    public Runnable onFrame = () -> {};

    public Runnable onWritabilityChanged = () -> {};

    public @Nullable ChannelRequest request;

    /** Why it takes no channel; null while it does. */
    public @Nullable String noRoom;

    private @Nullable Outlet outlet;

    @Override
    public @Nullable String noRoomFor(String sessionId) {
        return noRoom;
    }

    @Override
    public CarrierMeters carrierMeters() {
        return meters;
    }

    @Override
    public ChannelIngress open(ChannelRequest request, Outlet outlet) {
        this.request = request;
        this.outlet = outlet;
        told.add("open");
        onOpen.run();
        return this;
    }

    @Override
    public void onFrame(ByteBuf frame, int carriedBytes) {
        // All bytes at once: the leak detector notes each access.
        told.add("frame " + ByteBufUtil.hexDump(ByteBufUtil.getBytes(frame)));
        carried.add(carriedBytes);
        frame.release();
        onFrame.run();
    }

    @Override
    public void onCarried(int carriedBytes) {
        carriedAlone.add(carriedBytes);
        onCarried.accept(carriedBytes);
    }

    @Override
    public void onWritabilityChanged(boolean writable) {
        told.add("writable " + writable);
        onWritabilityChanged.run();
    }

    @Override
    public void onClosed() {
        told.add("closed");
    }

    public Outlet outlet() {
        if (outlet == null) {
            throw new IllegalStateException("no channel was opened");
        }
        return outlet;
    }
}
