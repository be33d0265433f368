package io.tandem.relay.session;

import io.netty.util.concurrent.Ticker;
import io.tandem.relay.identity.AgentIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts the wrong codes of each agent, address and brand in windows of time, and lets nobody go on who had too many. A try counts as wrong from its
 * begin until it turns out right, so that many at once are no more than many in turn. Any thread may call it; its size has a bound.
 */
final class CodeGuesses {
    private static final int COUNT_BITS = 24;
    private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

    private final GuessLimits limits;
    private final Ticker ticker;
    private final SaltedPlaces places;
    private final long beginNanos;

    /** Half a megabyte each, and none of it before somebody names a code. */
    private volatile @Nullable Tables tables;

    CodeGuesses(GuessLimits limits, Ticker ticker, SaltedPlaces places) {
        this.limits = limits;
        this.ticker = ticker;
        this.places = places;
        this.beginNanos = ticker.nanoTime();
    }

    /** Each place holds a window's number and what was counted in it. */
    private static final class Counts {
        private final AtomicLongArray places = new AtomicLongArray(SaltedPlaces.COUNT);

        /** One more, unless there are as many as may be. */
        boolean enter(int place, long window, int most) {
            while (true) {
                long held = places.get(place);
                long count = held >>> COUNT_BITS == window ? held & COUNT_MASK : 0;
                if (count >= most) {
                    return false;
                }
                if (places.compareAndSet(place, held, window << COUNT_BITS | (count + 1))) {
                    return true;
                }
            }
        }

        /** One less, unless its window is over. */
        void leave(int place, long window) {
            places.updateAndGet(
                    place, held -> held >>> COUNT_BITS == window && (held & COUNT_MASK) > 0 ? held - 1 : held);
        }
    }

    private static final class Tables {
        private final Counts ofAgents = new Counts();
        private final Counts ofAddresses = new Counts();
        private final Counts ofBrands = new Counts();
    }

    private Tables tables() {
        Tables known = tables;
        return known == null ? firstTables() : known;
    }

    private synchronized Tables firstTables() {
        Tables known = tables;
        if (known == null) {
            known = new Tables();
            tables = known;
        }
        return known;
    }

    /** What a try counts for, and how much of that is let in. */
    private record Counter(Counts counts, int place, int most) {}

    /** A try that was let in. */
    static final class Guess {
        private final long window;
        private final List<Counter> counters;

        private Guess(long window, List<Counter> counters) {
            this.window = window;
            this.counters = counters;
        }

        private boolean enter() {
            for (int i = 0; i < counters.size(); i++) {
                Counter counter = counters.get(i);
                if (!counter.counts().enter(counter.place(), window, counter.most())) {
                    leave(counters.subList(0, i));
                    return false;
                }
            }
            return true;
        }

        private void leave(List<Counter> entered) {
            entered.forEach(counter -> counter.counts().leave(counter.place(), window));
        }

        /** The code was right, or nobody could say: it counts for nothing. */
        void forgive() {
            leave(counters);
        }
    }

    /** Each of them apart for each brand: one brand's agents lock nobody else's. */
    private List<Counter> counters(AgentIdentity by, InetSocketAddress from) {
        Tables counted = tables();
        String brand = by.brand().key();
        List<Counter> counters = new ArrayList<>();
        counters.add(new Counter(counted.ofAgents, places.of(brand + ' ' + by.id()), limits.perAgent()));
        InetAddress address = from.getAddress();
        // This machine's own is not counted: a proxy on it speaks for everybody.
        if (address != null && !address.isLoopbackAddress()) {
            String network = HexFormat.of().formatHex(SessionShares.networkOf(address));
            counters.add(new Counter(counted.ofAddresses, places.of(brand + ' ' + network), limits.perAddress()));
        }
        counters.add(new Counter(counted.ofBrands, places.of(brand), limits.perBrand()));
        return counters;
    }

    /** Lets one in, or answers null: after {@link #lockedMillis} there is another. */
    @Nullable
    Guess enter(AgentIdentity by, InetSocketAddress from) {
        Guess guess = new Guess(millis() / limits.windowMillis(), counters(by, from));
        return guess.enter() ? guess : null;
    }

    /** How long this window still takes. */
    long lockedMillis() {
        return limits.windowMillis() - millis() % limits.windowMillis();
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(ticker.nanoTime() - beginNanos);
    }
}
