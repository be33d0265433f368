package io.tandem.relay.identity;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The brands that this relay serves at a time; who holds on to it goes on with what was. */
public final class Brands {
    private final Map<String, Brand> byKey;
    private final Set<String> deskOrigins;

    /** Serves these, whose keys differ. */
    public Brands(Collection<Brand> brands) {
        byKey = brands.stream().collect(Collectors.toUnmodifiableMap(Brand::key, Function.identity()));
        deskOrigins =
                brands.stream().flatMap(brand -> brand.deskOrigins().stream()).collect(Collectors.toUnmodifiableSet());
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
        return deskOrigins.contains(origin);
    }
}
