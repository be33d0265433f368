package io.tandem.relay.identity;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;

/** What the configuration says below one brand's key, and what is wrong with it. */
final class BrandProperties {
    private final String prefix;
    private final Function<String, Optional<String>> property;
    private final Consumer<String> fault;
    private boolean faulty;

    BrandProperties(String key, Function<String, Optional<String>> property, Consumer<String> fault) {
        this.prefix = BrandReader.PREFIX + key;
        this.property = property;
        this.fault = fault;
    }

    Optional<String> value(String name) {
        return property.apply(prefix + "." + name).map(String::strip).filter(text -> !text.isEmpty());
    }

    long number(String name, long usual, long lowest, long highest) {
        Optional<String> came = value(name);
        if (came.isEmpty()) {
            return usual;
        }
        OptionalLong number = WholeNumber.within(came.get(), lowest, highest);
        if (number.isEmpty()) {
            faultAt(name, WholeNumber.refused(came.get(), lowest, highest));
        }
        return number.orElse(usual);
    }

    /** @param name empty for the brand as a whole */
    void faultAt(String name, String what) {
        faulty = true;
        fault.accept(prefix + (name.isEmpty() ? "" : "." + name) + ": " + what);
    }

    boolean isFaulty() {
        return faulty;
    }
}
