package io.tandem.relay.session;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/** An event loop that the test's thread is, and whose clock the test moves. */
public final class VirtualLoop {
    /** Timers of one moment run before those of the next, as on a real loop. */
    private static final long STEP_MILLIS = 100;

    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel channel =
            EmbeddedChannel.builder().ticker(ticker).build();
    private long looks;

    /** What sessions look at: the loop's own clock, and how often they do. */
    private final Ticker watched = new Ticker() {
        @Override
        public long initialNanoTime() {
            return ticker.initialNanoTime();
        }

        @Override
        public long nanoTime() {
            looks++;
            return ticker.nanoTime();
        }

        @Override
        public void sleep(long delay, TimeUnit unit) throws InterruptedException {
            ticker.sleep(delay, unit);
        }
    };

    public EventExecutor executor() {
        return channel.eventLoop();
    }

    public Ticker ticker() {
        return watched;
    }

    /** How often somebody looked at the clock. */
    public long looks() {
        return looks;
    }

    /** Lets this time pass, and nothing happen yet. */
    public void pass(long millis) {
        ticker.advance(millis, TimeUnit.MILLISECONDS);
    }

    /** Lets this time pass, and everything happen that was due in it. */
    public void advance(long millis) {
        for (long left = millis; left > 0; left -= STEP_MILLIS) {
            ticker.advance(Math.min(left, STEP_MILLIS), TimeUnit.MILLISECONDS);
            channel.runPendingTasks();
        }
    }

    /** Lets this time pass in one turn, in which nothing else is done: what was due in it is late. */
    public void beBusy(long millis) {
        ticker.advance(millis, TimeUnit.MILLISECONDS);
        channel.runPendingTasks();
    }

    /** Runs what was handed to the loop. */
    public void runTasks() {
        channel.runPendingTasks();
    }
}
