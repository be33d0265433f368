package io.tandem.relay.cluster.local;

import io.netty.util.concurrent.Ticker;
import io.tandem.relay.identity.Secrets;
import io.tandem.relay.session.PhoneCodes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The phone codes of a node that is alone. Never fails and always answers at once. Keeps no code, only what a keyed hash makes of it: the hash is what
 * is compared, so no comparison tells how near a guess is.
 */
public final class LocalPhoneCodes implements PhoneCodes {
    private static final String ALGORITHM = "HmacSHA256";

    /** What a code became: the first 128 bits of its hash. */
    private record Key(long high, long low) {}

    private record Standing(String session, long untilNanos) {}

    private enum Outcome {
        PUT,
        /** Another session has the same code. */
        TAKEN,
        /** As many stand as may. */
        FULL
    }

    /** Of a million codes a thousand are taken at the most: not once in the life of a relay are so many drawn that are. */
    private static final int MOST_TRIES = 16;

    /** Few are added in a minute, by a person's click each, and hashes are made outside: one lock is enough. */
    private final Map<String, Map<Key, Standing>> brands = new HashMap<>();

    private final int codesPerBrand;
    private final Secrets secrets;
    private final Ticker ticker;
    private final SecretKeySpec hashKey;

    /**
     * No codes yet.
     *
     * @param codesPerBrand that stand at one time
     */
    public LocalPhoneCodes(int codesPerBrand, Secrets secrets, Ticker ticker) {
        this.codesPerBrand = codesPerBrand;
        this.secrets = secrets;
        this.ticker = ticker;
        this.hashKey = new SecretKeySpec(secrets.next().getBytes(StandardCharsets.US_ASCII), ALGORITHM);
    }

    @Override
    public CompletionStage<Optional<String>> issue(String brand, String session, long validMillis) {
        Standing standing = new Standing(session, ticker.nanoTime() + TimeUnit.MILLISECONDS.toNanos(validMillis));
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            String code = secrets.digits(DIGITS);
            switch (put(brand, key(code), standing)) {
                case PUT -> {
                    return CompletableFuture.completedFuture(Optional.of(code));
                }
                case FULL -> {
                    return CompletableFuture.completedFuture(Optional.empty());
                }
                case TAKEN -> {}
            }
        }
        return CompletableFuture.completedFuture(Optional.empty());
    }

    private synchronized Outcome put(String brand, Key key, Standing standing) {
        Map<Key, Standing> codes = brands.computeIfAbsent(brand, of -> new HashMap<>());
        if (codes.size() >= codesPerBrand) {
            codes.values().removeIf(this::isOver);
        }
        if (codes.size() >= codesPerBrand) {
            return Outcome.FULL;
        }
        Standing held = codes.get(key);
        if (held != null && !isOver(held)) {
            return Outcome.TAKEN;
        }
        codes.put(key, standing);
        return Outcome.PUT;
    }

    @Override
    public CompletionStage<Optional<String>> find(String brand, String code) {
        Standing held = at(brand, key(code));
        return CompletableFuture.completedFuture(
                held == null || isOver(held) ? Optional.empty() : Optional.of(held.session()));
    }

    private synchronized @Nullable Standing at(String brand, Key key) {
        return brands.getOrDefault(brand, Map.of()).get(key);
    }

    @Override
    public CompletionStage<@Nullable Void> revoke(String brand, String code, String session) {
        remove(brand, key(code), session);
        return CompletableFuture.completedFuture(null);
    }

    private synchronized void remove(String brand, Key key, String session) {
        Map<Key, Standing> codes = brands.get(brand);
        if (codes == null) {
            return;
        }
        Standing held = codes.get(key);
        if (held != null && held.session().equals(session)) {
            codes.remove(key);
        }
        if (codes.isEmpty()) {
            brands.remove(brand);
        }
    }

    private boolean isOver(Standing code) {
        return ticker.nanoTime() - code.untilNanos() >= 0;
    }

    private Key key(String code) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(hashKey);
            ByteBuffer hash = ByteBuffer.wrap(mac.doFinal(code.getBytes(StandardCharsets.UTF_8)));
            return new Key(hash.getLong(), hash.getLong());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
