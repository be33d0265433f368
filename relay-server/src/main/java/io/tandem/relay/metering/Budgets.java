package io.tandem.relay.metering;

import java.util.Map;

/**
 * What each session may send: what its brand was given, or the node's own figures.
 *
 * @param usual for every brand that was given none
 * @param ofBrands by the brand's key
 */
public record Budgets(MeteringLimits usual, Map<String, MeteringLimits> ofBrands) {
    /** The product's figures for everybody. */
    public static final Budgets DEFAULTS = new Budgets(MeteringLimits.DEFAULTS, Map.of());

    /** Keeps what it is given as it is now. */
    public Budgets {
        ofBrands = Map.copyOf(ofBrands);
    }

    /** What each of a brand's sessions may send. */
    public MeteringLimits of(String brandKey) {
        return ofBrands.getOrDefault(brandKey, usual);
    }
}
