package io.tandem.relay.bootstrap;

import java.util.List;

/** All that is wrong with a configuration, each fault with its key, what came and what is allowed. */
public final class ConfigFaults extends Exception {
    private static final long serialVersionUID = 1L;

    private final List<String> faults;

    /** Carries one fault or more. */
    public ConfigFaults(List<String> faults) {
        super(faults.size() + " fault(s) in the configuration:\n  " + String.join("\n  ", faults));
        this.faults = List.copyOf(faults);
    }

    /** The faults, in the order of the keys' reading. */
    public List<String> faults() {
        return List.copyOf(faults);
    }
}
