package io.tandem.relay.bootstrap;

import io.netty.util.concurrent.Ticker;
import io.tandem.relay.identity.AgentTokens;
import io.tandem.relay.identity.Brand;
import io.tandem.relay.identity.Brands;
import io.tandem.relay.identity.HttpKeyFetch;
import io.tandem.relay.identity.KeyFetch;
import io.tandem.relay.identity.KeySets;
import io.tandem.relay.metering.Budgets;
import io.tandem.relay.metering.RelayMeters;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The brands that are served at a time, with what belongs to each: replaced whole, so that whoever looks sees either all of the old or all of the
 * new. Any thread may ask, without a lock.
 */
final class ServedBrands implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServedBrands.class);

    private record Snapshot(Brands brands, Budgets budgets) {}

    private final KeySets keySets;
    private final AgentTokens tokens;
    private final ExecutorService verifying = BackgroundThreads.start(1, "tokens");

    private volatile Snapshot now;

    /** Guarded by this; null while no brand's keys are at an address. */
    private @Nullable ExecutorService fetching;

    private @Nullable KeyFetch fetch;

    /** Serves these. Reads their files of keys: may block. */
    ServedBrands(List<Brand> brands, Budgets budgets, RelayMeters meters, Housekeeping housekeeping) {
        this.now = new Snapshot(new Brands(brands), budgets);
        this.keySets = new KeySets(url -> fetch().fetch(url), Ticker.systemTicker(), meters::keysRefreshed);
        this.tokens = new AgentTokens(this::brands, keySets, verifying, InstantSource.system());
        keySets.serve(brands);
        housekeeping.add("agents' keys", keySets::look);
    }

    /** The threads of a fetch exist where something is fetched. */
    private synchronized KeyFetch fetch() {
        KeyFetch known = fetch;
        if (known == null) {
            fetching = BackgroundThreads.start(1, "keys");
            known = new HttpKeyFetch(fetching);
            fetch = known;
        }
        return known;
    }

    Brands brands() {
        return now.brands();
    }

    Budgets budgets() {
        return now.budgets();
    }

    AgentTokens tokens() {
        return tokens;
    }

    /** Serves these from now on, and tells the log what that changes. May block. */
    void replace(List<Brand> brands, Budgets budgets) {
        Snapshot before = now;
        keySets.serve(brands);
        now = new Snapshot(new Brands(brands), budgets);
        for (Brand brand : brands) {
            Brand old = before.brands().find(brand.key());
            if (old == null) {
                LOG.info("brand {}: added", brand.key());
            } else if (!old.equals(brand) || !before.budgets().of(brand.key()).equals(budgets.of(brand.key()))) {
                LOG.info("brand {}: changed", brand.key());
            }
        }
        for (Brand old : before.brands().all()) {
            if (now.brands().find(old.key()) == null) {
                LOG.info("brand {}: removed", old.key());
            }
        }
    }

    @Override
    public void close() {
        verifying.shutdownNow();
        synchronized (this) {
            if (fetching != null) {
                fetching.shutdownNow();
            }
        }
    }
}
