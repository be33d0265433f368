package io.tandem.relay.identity;

import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key sets of all brands, each as it was last had: one that cannot be had again, or has become worthless, stays as it was. Any thread may ask;
 * files are read and addresses asked on {@link #look}'s thread and the fetch's own.
 */
public final class KeySets {
    private static final Logger LOG = LoggerFactory.getLogger(KeySets.class);

    /** A token that names an unknown key has its set fetched anew, but not more often: anybody can make such tokens. */
    static final long UNKNOWN_KEY_MILLIS = 10_000;

    /** How soon a set is asked for again that could not be had. */
    static final long RETRY_MILLIS = 30_000;

    /** Hears what became of each refresh. Any thread may call it. */
    public interface Watcher {
        /** A set was had, or not. */
        void refreshed(boolean wasHad);
    }

    private final KeyFetch fetch;
    private final Ticker ticker;
    private final Watcher watcher;
    private final Map<KeySetSource, Live> sets = new ConcurrentHashMap<>();

    /** No sets yet. */
    public KeySets(KeyFetch fetch, Ticker ticker, Watcher watcher) {
        this.fetch = fetch;
        this.ticker = ticker;
        this.watcher = watcher;
    }

    /**
     * What is wrong with a file of keys, or null. May block.
     */
    static @Nullable String faultOf(Path file) {
        try {
            KeySet read = KeySet.parse(bytesOf(file));
            return read.faults().isEmpty() ? null : String.join("; ", read.faults());
        } catch (BadKeySet bad) {
            return bad.getMessage();
        }
    }

    private static byte[] bytesOf(Path file) throws BadKeySet {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(KeySet.MAX_BYTES + 1);
        } catch (IOException e) {
            throw new BadKeySet("it cannot be read; allowed is a file with a JWK set");
        }
    }

    /** Has the sets of these brands and of no others. May block, to read files. */
    public void serve(Collection<Brand> brands) {
        sets.keySet()
                .removeIf(source ->
                        brands.stream().noneMatch(brand -> brand.tokens().keys().equals(source)));
        for (Brand brand : brands) {
            if (brand.tokens().keys() instanceof KeySetSource source) {
                sets.computeIfAbsent(source, Live::new);
            }
        }
        look();
    }

    /** Reads files that changed and asks for what is due. To be called every few seconds, by one thread at a time; may block, to read files. */
    public void look() {
        sets.values().forEach(Live::look);
    }

    /** A source's set that has this key, if a fetch that is allowed now makes it so; completes with null where nothing was ever had. */
    CompletionStage<@Nullable KeySet> withKey(KeySetSource source, @Nullable String keyId) {
        Live live = sets.get(source);
        return live == null ? CompletableFuture.completedFuture(null) : live.withKey(keyId);
    }

    /** One source's set. Its methods may be called at once from several threads; one fetch runs at a time. */
    private final class Live {
        private final KeySetSource source;
        private volatile @Nullable KeySet current;

        // Guarded by this.
        private @Nullable FileStamp stamp;
        private @Nullable CompletableFuture<@Nullable KeySet> running;
        private long begunNanos;
        private long dueNanos;
        private boolean wasBegun;

        Live(KeySetSource source) {
            this.source = source;
        }

        void look() {
            if (source instanceof KeySetSource.OfFile ofFile) {
                readIfChanged(ofFile.file());
            } else if (source instanceof KeySetSource.OfUrl ofUrl) {
                synchronized (this) {
                    if (running == null && (!wasBegun || ticker.nanoTime() - dueNanos >= 0)) {
                        fetch(ofUrl);
                    }
                }
            }
        }

        private void readIfChanged(Path file) {
            FileStamp now = FileStamp.of(file);
            synchronized (this) {
                if (now.equals(stamp)) {
                    return;
                }
                stamp = now;
            }
            try {
                KeySet read = KeySet.parse(bytesOf(file));
                if (!read.faults().isEmpty()) {
                    throw new BadKeySet(String.join("; ", read.faults()));
                }
                had(read);
            } catch (BadKeySet bad) {
                notHad(String.valueOf(bad.getMessage()));
            }
        }

        CompletionStage<@Nullable KeySet> withKey(@Nullable String keyId) {
            KeySet known = current;
            if (known != null && !known.lacks(keyId)) {
                return CompletableFuture.completedFuture(known);
            }
            synchronized (this) {
                CompletableFuture<@Nullable KeySet> now = running;
                boolean mayAsk = !wasBegun
                        || ticker.nanoTime() - begunNanos >= TimeUnit.MILLISECONDS.toNanos(UNKNOWN_KEY_MILLIS);
                if (now == null && mayAsk && source instanceof KeySetSource.OfUrl ofUrl) {
                    now = fetch(ofUrl);
                }
                return now == null ? CompletableFuture.completedFuture(current) : now;
            }
        }

        /** Completes with what there is afterwards, whether anything was had or not. */
        private CompletableFuture<@Nullable KeySet> fetch(KeySetSource.OfUrl ofUrl) {
            CompletableFuture<@Nullable KeySet> mine = new CompletableFuture<>();
            running = mine;
            wasBegun = true;
            begunNanos = ticker.nanoTime();
            fetch.fetch(ofUrl.url()).whenComplete((body, fault) -> {
                boolean wasHad = false;
                try {
                    wasHad = fault == null ? take(body) : notHad(reason(fault));
                } finally {
                    ends(wasHad ? ofUrl.refreshMillis() : Math.min(RETRY_MILLIS, ofUrl.refreshMillis()));
                    mine.complete(current);
                }
            });
            return mine;
        }

        private synchronized void ends(long nextMillis) {
            dueNanos = ticker.nanoTime() + TimeUnit.MILLISECONDS.toNanos(nextMillis);
            running = null;
        }

        private static String reason(Throwable fault) {
            Throwable cause = fault.getCause() == null ? fault : fault.getCause();
            return cause instanceof BadKeySet bad
                    ? String.valueOf(bad.getMessage())
                    : cause.getClass().getSimpleName();
        }

        /** A provider may publish a key that is none for us beside those that are. */
        private boolean take(byte[] body) {
            try {
                KeySet fresh = KeySet.parse(body);
                fresh.faults().forEach(fault -> LOG.warn("agents' keys at {}: not used: {}", source.label(), fault));
                return had(fresh);
            } catch (BadKeySet bad) {
                return notHad(String.valueOf(bad.getMessage()));
            }
        }

        private boolean had(KeySet fresh) {
            if (current == null) {
                LOG.info("agents' keys at {}: {} keys", source.label(), fresh.size());
            }
            current = fresh;
            watcher.refreshed(true);
            return true;
        }

        private boolean notHad(String why) {
            LOG.warn(
                    "agents' keys at {}: {}; {}",
                    source.label(),
                    why,
                    current == null ? "there are none yet" : "those from before stay");
            watcher.refreshed(false);
            return false;
        }
    }
}
