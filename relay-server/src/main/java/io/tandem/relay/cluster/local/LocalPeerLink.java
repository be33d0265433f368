package io.tandem.relay.cluster.local;

import io.netty.buffer.ByteBuf;
import io.tandem.relay.session.PeerLink;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** Carries frames between the nodes of one process, of which there usually is one. Loses nothing. */
public final class LocalPeerLink implements PeerLink {
    private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
    private final Executor executor;

    /** Delivers on this executor, which runs one task at a time and in order. */
    public LocalPeerLink(Executor executor) {
        this.executor = executor;
    }

    @Override
    public Subscription listen(String address, Listener listener) {
        if (listeners.putIfAbsent(address, listener) != null) {
            throw new IllegalStateException("somebody listens to this address already");
        }
        return () -> listeners.remove(address, listener);
    }

    @Override
    public void publish(String address, ByteBuf frame) {
        boolean handedOver = false;
        try {
            executor.execute(() -> deliver(address, frame));
            handedOver = true;
        } finally {
            if (!handedOver) {
                frame.release();
            }
        }
    }

    private void deliver(String address, ByteBuf frame) {
        Listener listener = listeners.get(address);
        if (listener == null) {
            frame.release();
        } else {
            listener.onFrame(frame);
        }
    }
}
