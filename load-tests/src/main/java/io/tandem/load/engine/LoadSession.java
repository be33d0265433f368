package io.tandem.load.engine;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Two channels that are to become a pair, whatever relay they meet on. On its loop, except for what says otherwise.
 *
 * <p>A relay's own ways, by which the two find each other, are its subclasses'.
 */
public abstract class LoadSession {
    final LoadLoop loop;
    final int number;
    private final double phase;
    private final CompletableFuture<LoadSession> paired = new CompletableFuture<>();
    private boolean ended;
    private @Nullable Exchange pair;

    LoadSession(LoadLoop loop, int number, double phase) {
        this.loop = loop;
        this.number = number;
        this.phase = phase;
    }

    /** Breaks both connections, as far as they are there. */
    abstract void cut();

    /** What the consumer's channel has moved. */
    abstract Traffic consumerTraffic();

    final @Nullable Exchange pair() {
        return pair;
    }

    final boolean isEnded() {
        return ended;
    }

    /** The two are one. */
    final void becomes(Exchange made) {
        pair = made;
        paired.complete(this);
    }

    /** One of its connections is gone, which this did not end. */
    final void onClosed(String client, int code, String reason) {
        if (ended) {
            return;
        }
        String what = client + " of session " + number + " closed with " + code + " " + reason;
        if (pair == null) {
            notPaired(what);
        } else {
            loop.fault(Fault.CLOSED, 1, what);
            end();
        }
    }

    final void notPaired(String why) {
        if (!ended) {
            loop.fault(Fault.NOT_PAIRED, 1, "session " + number + ": " + why);
            paired.completeExceptionally(new IllegalStateException(why));
            end();
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            if (pair != null) {
                pair.quiet();
                loop.active--;
            }
            cut();
        }
    }

    // What is asked from elsewhere, and done on the loop.

    /** Completes when the two exchange frames, or when that has failed. */
    public final CompletableFuture<LoadSession> paired() {
        return paired;
    }

    /** Counts it as not paired and breaks what it has, unless it is a pair by now. */
    public final void giveUp(String why) {
        loop.executor().execute(() -> {
            if (pair == null) {
                notPaired(why);
            }
        });
    }

    /** Has the pair exchange what its recording says. */
    public final void start(long nowNanos) {
        loop.executor().execute(() -> {
            if (pair != null && !ended) {
                pair.start(nowNanos, phase);
            }
        });
    }

    /** Has it send nothing any more that is not an answer. */
    public final void quiet() {
        loop.executor().execute(() -> {
            if (pair != null) {
                pair.quiet();
            }
        });
    }

    /** Whether all that was sent has come. */
    public final CompletableFuture<Boolean> settled() {
        return CompletableFuture.supplyAsync(() -> pair == null || ended || pair.isSettled(), loop.executor());
    }

    /** What its consumer's channel has moved by now. */
    public final CompletableFuture<Traffic> traffic() {
        return CompletableFuture.supplyAsync(this::consumerTraffic, loop.executor());
    }

    /** Does what people do who have finished: says so. What is on its way then is nobody's any more. */
    public final void leave() {
        loop.executor().execute(() -> {
            if (pair != null && !ended) {
                ended = true;
                pair.quiet();
                loop.active--;
                sayGoodbye();
            }
        });
    }

    /** Ends the session, as far as the relay knows of sessions' ends. */
    void sayGoodbye() {
        cut();
    }

    /** Counts what has not come, and breaks both connections. */
    public final CompletableFuture<Void> finish() {
        return CompletableFuture.runAsync(
                () -> {
                    if (pair != null && !ended) {
                        pair.judgeRest();
                    }
                    end();
                },
                loop.executor());
    }
}
