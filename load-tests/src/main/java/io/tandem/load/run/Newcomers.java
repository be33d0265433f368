package io.tandem.load.run;

import io.netty.buffer.ByteBuf;
import io.tandem.load.engine.LoadLoop;
import io.tandem.load.engine.Wire;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Consumers who come to a relay that has no room: each asks for a channel of a new session and, as browsers' tags do, comes again when it was told to. One
 * that is let in goes again without a word. Over WebSockets.
 */
final class Newcomers {
    private static final int NO_ROOM = 503;

    /** Who was told nothing comes again after this: less than a relay ever says. */
    private static final int UNTOLD_SECONDS = 1;

    private final Generator generator;
    private final TandemMeeting meeting;
    private final AtomicLong turnedAway = new AtomicLong();
    private final AtomicLong otherwise = new AtomicLong();
    private final AtomicLong letIn = new AtomicLong();
    private volatile boolean gone;

    Newcomers(Generator generator, TandemMeeting meeting) {
        this.generator = generator;
        this.meeting = meeting;
    }

    /** So many come, spread over this time. */
    void come(int count, long withinMillis) {
        List<LoadLoop> loops = generator.loops();
        for (int i = 0; i < count; i++) {
            int number = i;
            LoadLoop loop = loops.get(i % loops.size());
            loop.executor().schedule(() -> knock(loop, number), withinMillis * i / count, TimeUnit.MILLISECONDS);
        }
    }

    private void knock(LoadLoop loop, int number) {
        if (!gone) {
            Visit visit = new Visit(loop, number);
            visit.wire = meeting.knock(generator.bootstrap(loop), generator.source(number), visit);
        }
    }

    /** They come no more. */
    void leave() {
        gone = true;
    }

    /** With 503, and told when to come again. */
    long turnedAway() {
        return turnedAway.get();
    }

    /** In any other way: reset, or not told when to come again. */
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

        Visit(LoadLoop loop, int number) {
            this.loop = loop;
            this.number = number;
        }

        @Override
        public void onOpen() {
            judged = true;
            letIn.incrementAndGet();
            if (wire != null) {
                wire.cut();
            }
        }

        @Override
        public void onFrame(ByteBuf frame) {
            // It has said nothing, and is told nothing that matters.
        }

        @Override
        public void onTurnedAway(int status, int retryAfterSeconds) {
            judged = true;
            if (status == NO_ROOM && retryAfterSeconds > 0) {
                turnedAway.incrementAndGet();
                againSeconds = retryAfterSeconds;
            } else {
                otherwise.incrementAndGet();
            }
        }

        @Override
        public void onClosed(int code, String reason) {
            if (!judged) {
                otherwise.incrementAndGet();
            }
            long wait = TimeUnit.SECONDS.toMillis(againSeconds)
                    + ThreadLocalRandom.current().nextLong(1_000);
            if (!gone) {
                loop.executor().schedule(() -> knock(loop, number), wait, TimeUnit.MILLISECONDS);
            }
        }
    }
}
