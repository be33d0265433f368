package io.tandem.load.peer;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What came for a peer, in order, and how its connection ended. Filled by the peer's event loop, emptied by its test. */
final class Inbox {
    /** A peer whose owner takes nothing stops reading here, so that a forgotten one cannot fill the memory. */
    private static final int FRAMES = 100_000;

    /** Longer than anything on one machine takes, however busy it is. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final BlockingQueue<Received> frames = new ArrayBlockingQueue<>(FRAMES);
    private volatile @Nullable Consumer<Received> listener;
    private final CompletableFuture<Closed> closed = new CompletableFuture<>();

    /** Keeps a copy of a frame, or hands it to the listener; false if that was one too many. */
    boolean keep(ByteBuf frame) {
        Received received = Received.of(frame);
        Consumer<Received> hears = listener;
        if (hears == null) {
            return frames.offer(received);
        }
        hears.accept(received);
        return true;
    }

    /** From now on frames are not kept but told. */
    void listen(Consumer<Received> hears) {
        listener = hears;
    }

    /** The connection ended, if it had not before. */
    void close(int code, String reason) {
        closed.complete(new Closed(code, reason));
    }

    boolean isClosed() {
        return closed.isDone();
    }

    Closed awaitClosed() {
        return get(closed);
    }

    /** Takes frames, and passes over others, until one is as wanted. */
    Received await(String wanted, Predicate<Received> isWanted) {
        StringBuilder others = new StringBuilder();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Received received = poll(end - System.nanoTime());
            if (received == null) {
                throw new IllegalStateException(
                        "no " + wanted + " came; there came" + (others.isEmpty() ? " nothing" : others) + closing());
            }
            if (isWanted.test(received)) {
                return received;
            }
            others.append("\n  ").append(received);
        }
    }

    private @Nullable Received poll(long nanos) {
        try {
            return frames.poll(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a frame", e);
        }
    }

    private String closing() {
        return closed.isDone() ? "\n  and " + closed.join() : "";
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the relay did not answer as it should", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the relay", e);
        }
    }
}
