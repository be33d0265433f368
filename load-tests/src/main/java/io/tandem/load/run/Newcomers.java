package io.tandem.load.run;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.Wire;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Consumers who come to a relay that has no room: each asks for a channel of a new session and, as browsers' tags do, comes again when it was told to. One
 * that is let in goes again without a word, and one that is not answered in time gives up and comes again. Over WebSockets.
 */
final class Newcomers {
    private static final int NO_ROOM = 503;

    /** Who was told nothing comes again after this: less than a relay ever says. */
    private static final int UNTOLD_SECONDS = 1;

    /** Whoever has heard nothing by then has been told nothing: as long as the relay itself waits for a request. */
    private static final int ANSWERED_WITHIN_SECONDS = 5;

    private static final long LOOK_MILLIS = 50;

    private final Generator generator;
    private final TandemMeeting meeting;
    private final AtomicLong turnedAway = new AtomicLong();
    private final AtomicLong otherwise = new AtomicLong();
    private final AtomicLong letIn = new AtomicLong();

    /** The numbers of those who were turned away as is right, at least once. */
    private final Set<Integer> told = ConcurrentHashMap.newKeySet();

    /** Those who wait for their answer. */
    private final Set<Visit> waiting = ConcurrentHashMap.newKeySet();

    private volatile boolean gone;

    Newcomers(Generator generator, TandemMeeting meeting) {
        this.generator = generator;
        this.meeting = meeting;
    }

    /** So many come, spread over this time. */
    void come(int count, long withinMillis) {
        List<LoadLoop> loops = generator.loops();
        for (int i = 0; i < count; i++) {
            Visit visit = new Visit(loops.get(i % loops.size()), i);
            // From now on: whoever has not come when all leave is waited for.
            waiting.add(visit);
            visit.loop.executor().schedule(visit::begin, withinMillis * i / count, TimeUnit.MILLISECONDS);
        }
    }

    /** They come no more. Waits until those who are there have their answer, or have waited as long as anybody does. */
    void leave() throws InterruptedException {
        gone = true;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWERED_WITHIN_SECONDS);
        while (!waiting.isEmpty() && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        waiting.stream()
                .map(visit -> CompletableFuture.runAsync(visit::giveUp, visit.loop.executor()))
                .toList()
                .forEach(CompletableFuture::join);
    }

    /** With 503, and told when to come again. */
    long turnedAway() {
        return turnedAway.get();
    }

    /** How many of them were so, at least once. */
    int told() {
        return told.size();
    }

    /** In any other way: reset, not told when to come again, or not answered in time. */
    long otherwise() {
        return otherwise.get();
    }

    /** Although there was no room. */
    long letIn() {
        return letIn.get();
    }

    private final class Visit implements Wire.Listener {
        private final LoadLoop loop;
        private final int number;
        private @Nullable Wire wire;
        private boolean judged;
        private int againSeconds = UNTOLD_SECONDS;
        private @Nullable Future<?> deadline;

        Visit(LoadLoop loop, int number) {
            this.loop = loop;
            this.number = number;
        }

        void begin() {
            if (judged) {
                return;
            }
            deadline = loop.executor().schedule(this::giveUp, ANSWERED_WITHIN_SECONDS, TimeUnit.SECONDS);
            wire = meeting.knock(generator.bootstrap(loop), generator.source(number), this);
        }

        /** Once; what comes later does not change it. */
        private void judge(AtomicLong as) {
            if (!judged) {
                judged = true;
                as.incrementAndGet();
                waiting.remove(this);
                if (deadline != null) {
                    deadline.cancel(false);
                }
            }
        }

        private void giveUp() {
            judge(otherwise);
            cut();
        }

        private void cut() {
            if (wire != null) {
                wire.cut();
            }
        }

        @Override
        public void onOpen() {
            judge(letIn);
            cut();
        }

        @Override
        public void onFrame(ByteBuf frame) {
            // It has said nothing, and is told nothing that matters.
        }

        @Override
        public void onTurnedAway(int status, int retryAfterSeconds) {
            if (status == NO_ROOM && retryAfterSeconds > 0) {
                judge(turnedAway);
                told.add(number);
                againSeconds = retryAfterSeconds;
            } else {
                judge(otherwise);
            }
        }

        @Override
        public void onClosed(int code, String reason) {
            judge(otherwise);
            long wait = TimeUnit.SECONDS.toMillis(againSeconds)
                    + ThreadLocalRandom.current().nextLong(1_000);
            loop.executor().schedule(this::comeAgain, wait, TimeUnit.MILLISECONDS);
        }

        private void comeAgain() {
            if (!gone) {
                Visit next = new Visit(loop, number);
                waiting.add(next);
                next.begin();
            }
        }
    }
}
