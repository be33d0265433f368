package io.tandem.relay.identity;

import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The brands that this relay serves. */
public final class Brands {
    private final Map<String, Brand> byKey;

    /** Serves these, whose keys differ. */
    public Brands(Collection<Brand> brands) {
        byKey = brands.stream().collect(Collectors.toUnmodifiableMap(Brand::key, Function.identity()));
    }

    /** The brand of a key, or null. */
    public @Nullable Brand find(String key) {
        return byKey.get(key);
    }

    /** All of them. */
    public Collection<Brand> all() {
        return byKey.values();
    }

    /** Whether a browser on this origin may call the REST interface of any brand; which brand, its token then says. */
    public boolean isDeskOrigin(String origin) {
        return byKey.values().stream().anyMatch(brand -> brand.deskOrigins().contains(origin));
    }
}
